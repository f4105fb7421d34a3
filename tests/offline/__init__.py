"""Using everything on a machine without any network."""
