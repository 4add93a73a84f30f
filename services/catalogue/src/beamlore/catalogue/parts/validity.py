"""The answers of SciCat's ``isValid`` routes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from beamlore.catalogue.datasets.input import checked
from beamlore.catalogue.wording import Fault
from beamlore.core import BadRequestError


def validity(model: type[BaseModel], body: Mapping[str, Any], reasons: str, *more: str) -> dict[str, Any]:
    """Return whether a body would be taken, and all that is wrong with it.

    Args:
        model: what it must be.
        body: the JSON object.
        reasons: the member of the answer that lists what is wrong: `errors` (v3), `reason` (v4).
        more: what else is wrong.
    """
    try:
        found = checked(model, dict(body))
    except BadRequestError as error:
        found = [Fault("", "isValid", error.detail)]
    wrong = [fault.told() for fault in found] if isinstance(found, list) else []
    wrong += [Fault("", "isValid", sentence).told() for sentence in more]
    return {"valid": not wrong, reasons: wrong}
