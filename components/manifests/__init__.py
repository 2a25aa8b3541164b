"""Pure functions from specification to plain Kubernetes objects: one noun per module, no Pulumi."""
