"""Saves the volumes of one workload by the clock, checks what was saved, and brings it back."""
