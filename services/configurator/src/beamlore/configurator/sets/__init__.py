"""Metadata sets and their versions."""
