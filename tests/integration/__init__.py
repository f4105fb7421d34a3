"""Tests of the integration inside of a real Home Assistant."""
