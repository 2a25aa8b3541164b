"""What was saved of a workload's volumes: looked at, and brought back."""
