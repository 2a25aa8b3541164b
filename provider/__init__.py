"""slipway's own small provider: the steps from a Dockerfile to a verified image, as resources."""
