"""Tests of the engine, its client and its supervisor."""
