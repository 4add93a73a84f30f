"""Metadata parameters: which values they take, for filters."""
