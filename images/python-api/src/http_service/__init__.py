"""What every HTTP service of this project needs around its own work: settings, probes, logs, metrics, a calm end.

The images of other services take this folder as a named context of their builds.
"""
