"""Answers to questions about the home, from its facts: one file for each place that facts are found in."""
