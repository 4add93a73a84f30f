"""Keys of scientific metadata: as they were sent, and as MongoDB and SciCat's backend take them.

A key with ``.`` or a leading ``$`` is stored percent-encoded (RFC 3986, section 2.1), as SciCat does it, and shown as
it was sent; a key that would change by decoding has its ``%`` encoded too, so that nothing is mistaken for an encoding.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from beamlore.core import BadRequestError

_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
_DEPTH = 40


def stored_key(key: str) -> str:
    """Return the key under which one is stored."""
    if _ENCODED.search(key):
        key = key.replace("%", "%25")
    if "." in key:
        key = key.replace(".", "%2E")
    return f"%24{key[1:]}" if key.startswith("$") else key


def sent_key(key: str) -> str:
    """Return the key as it was sent, of the one it is stored under; what cannot be decoded stays."""
    if "%" not in key:
        return key
    try:
        return unquote(key, errors="strict")
    except UnicodeDecodeError:
        return key


def spellings(key: str) -> tuple[str, ...]:
    """Return the ways a metadata key, or a path of them, may be stored.

    As it is (a path into nested metadata), as ``stored_key`` has it, and as SciCat's backend does, which also encodes
    what need not be, such as spaces.
    """
    return tuple(dict.fromkeys((key, stored_key(key), _encoded_by_scicat(key))))


def storable(at: str, value: object, depth: int = 1) -> Any:
    """Return metadata with keys that can be stored.

    Args:
        at: where it is, for errors.
        value: the metadata, or a part of them.
        depth: how deep that part lies.

    Raises:
        BadRequestError: a key is empty or has a NUL, or it is nested deeper than the database can hold.
    """
    if isinstance(value, list):
        return [storable(at, one, depth + 1) for one in value]
    if not isinstance(value, Mapping):
        return value
    if depth > _DEPTH:
        raise BadRequestError(f"{at[:80]}: nested more than {_DEPTH} deep")
    found = {}
    for key, member in value.items():
        if not key or "\x00" in key:
            raise BadRequestError(f"{at[:80]}: {key[:40]!r} cannot be a key")
        found[stored_key(key)] = storable(f"{at}.{key}", member, depth + 1)
    return found


def as_sent(value: Any) -> Any:
    """Return metadata with the keys that were sent."""
    if isinstance(value, Mapping):
        return {sent_key(key): as_sent(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_sent(one) for one in value]
    return value


_UNTOUCHED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_!~*'()")
"""What ECMAScript's ``encodeURIComponent`` leaves (ECMA-262, section 19.2.6.4)."""


def _encoded_by_scicat(key: str) -> str:
    if _ENCODED.search(key):
        return key
    return "".join(
        one if one in _UNTOUCHED else "".join(f"%{byte:02X}" for byte in one.encode("utf-8", "surrogatepass"))
        for one in key
    )
