"""Faults on request: a user office that is slow or down, so that what depends on it can be tried."""
