"""The keys of samples' characteristics. Source: SciCat's route ``/samples/metadataKeys``."""

from collections.abc import Iterable, Iterator
from typing import Any

from beamlore.catalogue.keys import sent_key

_LEFT_OUT = "_date"
_QUANTITY = ("value", "unit", "v", "u")


def characteristic_keys(characteristics: Iterable[Any], part: str) -> list[str]:
    """Return the keys down to each value, without repetition, nested ones with dots between.

    Args:
        characteristics: of each sample.
        part: what a key must contain, in any case; keys with ``_date`` are left out, as SciCat does.
    """
    wanted = part.casefold()
    found = dict.fromkeys(key for one in characteristics if isinstance(one, dict) for key in _paths(one))
    return [key for key in found if _LEFT_OUT not in key and wanted in key.casefold()]


def _paths(value: dict[str, Any]) -> Iterator[str]:
    for key, member in value.items():
        shown = sent_key(key)
        if isinstance(member, dict) and member.keys().isdisjoint(_QUANTITY):
            yield from (f"{shown}.{inner}" for inner in _paths(member))
        else:
            yield shown
