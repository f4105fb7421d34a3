"""Tests of the inventory and of grounding."""
