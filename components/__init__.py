"""From one description of a workload to all that it needs. Imports nothing: the specification knows no Pulumi."""
