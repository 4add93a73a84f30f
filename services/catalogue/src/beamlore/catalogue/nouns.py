"""The nouns of SciCat's interface and of our own, in the order their routes are tried."""

from beamlore.catalogue.audit.noun import AUDIT
from beamlore.catalogue.noun import Noun

NOUNS: tuple[Noun, ...] = (AUDIT,)
