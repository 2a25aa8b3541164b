"""slipway's own small provider: the steps between a built image and a verified one, as resources."""
