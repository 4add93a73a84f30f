"""Policies, what happens to the data of a group: SciCat's ``/policies``."""
