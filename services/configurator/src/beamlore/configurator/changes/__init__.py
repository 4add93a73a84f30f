"""The log of changes: everything this service knows, as it came to be."""
