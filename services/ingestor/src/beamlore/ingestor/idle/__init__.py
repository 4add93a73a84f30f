"""Scans of which no word comes any more."""
