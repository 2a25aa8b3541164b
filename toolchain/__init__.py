"""Gets the Pulumi CLI, its plugins and the embedded services onto a machine."""
