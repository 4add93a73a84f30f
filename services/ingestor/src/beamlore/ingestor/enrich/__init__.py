"""From messages and their proposal to what is written to the catalogue."""
