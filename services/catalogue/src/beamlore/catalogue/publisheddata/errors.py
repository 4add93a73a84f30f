"""What is wrong with a publication."""

from collections.abc import Sequence
from typing import Any

from beamlore.core import BadRequestError, BeamloreError


class InvalidMetadataError(BadRequestError):
    """The metadata are not what the facility's schema asks for.

    SciCat answers with nothing but the list of what its validator, ajv, found: its frontend joins their ``message``.
    """

    def __init__(self, faults: Sequence[dict[str, Any]], *, told: int) -> None:
        """Make the error.

        Args:
            faults: as ajv writes them: ``instancePath``, ``schemaPath``, ``keyword``, ``params``, ``message``.
            told: how many of them are told.
        """
        shown = list(faults[:told])
        super().__init__(
            "; ".join(f"metadata{fault['instancePath']}: {fault['message']}" for fault in shown), body=shown
        )


class RegistrationError(BeamloreError):
    """The DOI provider, or the OAI provider, did not take what it was sent; nothing is published."""

    status = 424
