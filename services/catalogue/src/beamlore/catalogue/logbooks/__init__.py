"""Logbooks of proposals, read from a SciChat server: SciCat's ``/logbooks``."""
