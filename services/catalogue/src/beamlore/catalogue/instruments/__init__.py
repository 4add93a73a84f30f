"""Instruments: SciCat's ``/instruments``."""
