"""A service in several processes, under gunicorn: one for each processor that the container may use."""
