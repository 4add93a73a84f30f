"""What users wrote, on its way into addresses and header fields of requests and e-mails.

In these a few characters steer: a line break begins another header field, ``@`` and ``..`` another server or place, a
comma another recipient. Everything that leaves the catalogue with text of users in such places comes through here.
Source: RFC 3986 (3.2, 5.2.4), RFC 9110 (5.5), RFC 2047; OWASP ASVS 5.0 V1.2.2, V1.3.11.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BEGIN, _END = "\ue0f0", "\ue0f1"
"""Around what a user wrote, while a template is filled; private characters, which are taken out of users' text."""

_MARKS = re.compile(f"[{_BEGIN}{_END}]")
_MARKED = re.compile(f"{_BEGIN}([^{_END}]*){_END}")
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\]+")
_STANDS_FOR_ITSELF = "%;/?:@&=+$,#-_.!~*'()[]"
"""What stands for itself in an address (ECMA-262, encodeURI); what is encoded already stays so."""

_DECODED_AT_MOST = 4


def header_text(text: str) -> str:
    """Return text that is one line of a header field, whoever reads it.

    ``=?`` would begin an encoded word (RFC 2047), whose decoded text can have line breaks; it is parted by a blank.

    Raises:
        ValueError: it has control characters or line breaks.
    """
    if found := _CONTROL.search(text):
        raise ValueError(f"the character {found[0]!r} cannot be in a header field; remove it")
    return text.replace("=?", "= ?")


def path_of(text: str) -> str:
    """Return text of a user as part of an address' path: it keeps its slashes, and leads nowhere else.

    Raises:
        ValueError: it has segments such as ``..``, or control characters.
    """
    if _CONTROL.search(text):
        raise ValueError("an address cannot have control characters")
    if _climbs(text):
        raise ValueError(f"{text[:80]!r} cannot be part of an address: it leads out of its place")
    return quote(text, safe="/")


def segment_of(text: str) -> str:
    """Return text of a user as one segment of an address' path.

    Raises:
        ValueError: it is ``.`` or ``..``, or has control characters.
    """
    path_of(text)
    return quote(text, safe="")


def marked(value: Any) -> Any:
    """Return a value of JSON with marks around all text in it, so that it is known again in a filled template."""
    if isinstance(value, str):
        return mark(value) if value else value
    if isinstance(value, Mapping):
        return {name: marked(member) for name, member in value.items()}
    return [marked(one) for one in value] if isinstance(value, list) else value


def mark(text: str) -> str:
    """Return text of a user with marks around it."""
    return f"{_BEGIN}{_MARKS.sub('', text)}{_END}"


def unmarked(value: Any) -> Any:
    """Return a value without the marks."""
    if isinstance(value, str):
        return _MARKS.sub("", value)
    if isinstance(value, Mapping):
        return {unmarked(name): unmarked(member) for name, member in value.items()}
    return [unmarked(one) for one in value] if isinstance(value, list) else value


def is_marked(value: Any) -> bool:
    """Return whether some text of a user is in a value."""
    if isinstance(value, str):
        return _BEGIN in value
    if isinstance(value, Mapping):
        return any(is_marked(one) for one in value.values())
    return isinstance(value, list) and any(is_marked(one) for one in value)


def without_separators(filled: str) -> str:
    """Return a list of e-mail addresses from a template with marked text: what a user wrote adds none to it."""
    return _MARKS.sub("", _MARKED.sub(lambda text: re.sub(r'[,;:<>()"\\\[\]]', " ", text[1]), filled))


def address_of(filled: str) -> str:
    """Return the address that a template with marked text gives: users choose neither its server nor where it leads.

    Text of users is encoded: in the path it keeps its slashes, behind ``?`` it is one value.

    Raises:
        ValueError: it stands where the server is named, leads out of its place, or has control characters.
    """
    address = ""
    for number, part in enumerate(_MARKED.split(filled)):
        if number % 2 == 0:
            address += quote(_MARKS.sub("", part), safe=_STANDS_FOR_ITSELF)
        elif part:
            address += _encoded(address, part)
    authority = _AUTHORITY.match(address)
    path = re.split(r"[?#]", address[authority.end() :] if authority else address, maxsplit=1)[0]
    if _MARKED.search(filled) and (authority is None or _climbs(path) or path.startswith("//")):
        raise ValueError(f"{path[:80]!r} leads out of its place")
    return address


def _encoded(before: str, text: str) -> str:
    authority = _AUTHORITY.match(before)
    if authority is None or (authority.end() == len(before) and not text.startswith("/")):
        raise ValueError("what a user wrote cannot choose the server of an address")
    if _CONTROL.search(text):
        raise ValueError("an address cannot have control characters")
    if "?" in before or "#" in before:
        return quote(text, safe="")
    within = re.sub("/{2,}", "/", path_of(text))
    return within.removeprefix("/") if before.endswith("/") else within


def _climbs(path: str) -> bool:
    """Return whether a path has ``.`` or ``..`` among its segments, however often it is encoded."""
    for _ in range(_DECODED_AT_MOST):
        if any(segment.partition(";")[0] in (".", "..") for segment in path.replace("\\", "/").split("/")):
            return True
        path, before = unquote(path), path
        if path == before:
            return False
    return True
