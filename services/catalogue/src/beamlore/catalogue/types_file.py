"""SciCat's files of types, such as ``proposalTypes.json``: an object whose values are names."""

from pathlib import Path

import orjson


class TypesFileError(ValueError):
    """The file cannot be used; the text says why."""


def read_types(path: Path) -> tuple[str, ...]:
    """Return the names a file lists, in its order.

    Raises:
        TypesFileError: it cannot be read, or is not an object of names.
    """
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise TypesFileError(f"{path}: {error}") from error
    if not isinstance(content, dict) or not all(isinstance(name, str) and name for name in content.values()):
        raise TypesFileError(f"{path}: must be a JSON object whose values are names")
    return tuple(content.values())
