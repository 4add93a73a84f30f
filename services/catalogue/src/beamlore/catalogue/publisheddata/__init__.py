"""Published data: what is published together, under one DOI."""
