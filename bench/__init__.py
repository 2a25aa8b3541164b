"""Benchmarks: each figure is a ratio against a stated peer, both measured in the same run."""
