"""Batches from the ingestor: many scans written at once, so that writing one again changes nothing."""
