"""Grammars that others share: image references and quantities. Standard library only."""
