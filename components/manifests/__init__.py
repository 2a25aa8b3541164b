"""Pure functions from a spec to plain Kubernetes objects. No Pulumi."""
