"""The types of datasets a facility has."""

from pathlib import Path

import orjson

BUILT_IN = frozenset({"raw", "derived"})


def load_types(file: Path | None) -> frozenset[str]:
    """Return the types there are; empty where any is taken.

    Args:
        file: SciCat's ``datasetTypes.json``, an object whose values are the types beside raw and derived.

    Raises:
        ValueError: the file is not such an object.
    """
    if file is None:
        return frozenset()
    named = orjson.loads(file.read_bytes())
    if not isinstance(named, dict) or not all(isinstance(one, str) for one in named.values()):
        raise ValueError(f"{file}: must be an object whose values are types of datasets")
    return BUILT_IN | frozenset(named.values()) if named else frozenset()
