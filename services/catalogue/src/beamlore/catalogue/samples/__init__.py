"""Samples: SciCat's ``/samples``."""
