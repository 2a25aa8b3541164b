"""From one description of a workload to everything that it needs. Imports nothing: the specification knows no Pulumi."""
