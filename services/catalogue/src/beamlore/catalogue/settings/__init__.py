"""The catalogue's settings: our own variables (``BEAMLORE_*``) and SciCat's, in one model."""

from beamlore.catalogue.settings._model import Settings
from beamlore.catalogue.settings._reference import reference
from beamlore.catalogue.settings._scicat import Flag, Listed, variable

__all__ = ["Flag", "Listed", "Settings", "reference", "variable"]
