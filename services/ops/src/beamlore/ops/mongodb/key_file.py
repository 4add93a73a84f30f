"""The key file by which the members of a replica set know each other.

MongoDB's manual, "Keyfiles": its text without white space is the password of ``__system``; in YAML it is one key, or
a list of several while keys are being changed.
"""

import re
from pathlib import Path

import yaml

from beamlore.ops.errors import OpsError

_WHITE_SPACE = re.compile(r"\s+")


def read_keys(path: Path) -> list[str]:
    """Return the keys of a key file; the first is the one members use towards each other.

    Raises:
        OpsError: the file cannot be read or holds no key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text) if text.lstrip().startswith("- ") else text
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise OpsError(f"MongoDB's key file {path} cannot be read: {error}.") from error
    found = [str(one) for one in content] if isinstance(content, list) else [str(content)]
    keys = [key for one in found if (key := _WHITE_SPACE.sub("", one))]
    if not keys:
        raise OpsError(f"MongoDB's key file {path} holds no key.")
    return keys
