"""Tests, on the real engine with the real models wherever that matters."""
