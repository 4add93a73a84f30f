"""From what was fetched to what can be written."""
