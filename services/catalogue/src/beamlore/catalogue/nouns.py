"""The nouns of SciCat's interface and of our own, in the order their routes are tried."""

from beamlore.catalogue.attachments.noun import ATTACHMENTS
from beamlore.catalogue.audit.noun import AUDIT
from beamlore.catalogue.history.noun import HISTORY
from beamlore.catalogue.noun import Noun
from beamlore.catalogue.originals.noun import ORIGINALS
from beamlore.catalogue.users.noun import USERS

NOUNS: tuple[Noun, ...] = (ATTACHMENTS, AUDIT, HISTORY, ORIGINALS, USERS)
