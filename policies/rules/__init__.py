"""The rules, as data: one module per family."""
