"""Homes as people have them, and what people say in them."""
