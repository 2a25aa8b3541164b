"""What a person may write in a stack's configuration: validated, frozen, and free of Pulumi."""
