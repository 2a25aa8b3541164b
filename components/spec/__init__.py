"""What a person may write: frozen, validated models. No Pulumi."""
