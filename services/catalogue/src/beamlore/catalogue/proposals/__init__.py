"""Proposals: SciCat's ``/proposals``."""
