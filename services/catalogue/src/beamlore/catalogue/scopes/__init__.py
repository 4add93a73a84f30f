"""Scopes: which metadata keys, proposals and beamlines occur among datasets of the same readers."""
