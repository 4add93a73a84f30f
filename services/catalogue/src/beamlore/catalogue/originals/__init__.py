"""Datasets as they were sent, page by page, and why one can or cannot be seen."""
