"""Backups of the services' databases: taken at one moment, verified, restored."""
