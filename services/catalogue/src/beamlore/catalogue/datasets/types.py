"""The types of datasets a facility has."""

from pathlib import Path

from beamlore.catalogue.types_file import read_types

BUILT_IN = frozenset({"raw", "derived"})


def load_types(file: Path | None) -> frozenset[str]:
    """Return the types there are; empty where any is taken.

    Args:
        file: SciCat's ``datasetTypes.json``, an object whose values are the types beside raw and derived.

    Raises:
        TypesFileError: the file is not such an object.
    """
    named = () if file is None else read_types(file)
    return BUILT_IN.union(named) if named else frozenset()
