"""The rule of who sees what, as plainly as it can be said. Everything that returns data is compared with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
SHARED = ("Dataset", "OrigDatablock", "Attachment")
FOR_ALL = ("public", "registered", "amended")


@dataclass(frozen=True)
class User:
    """Somebody with a token, or nobody."""

    username: str = ""
    groups: frozenset[str] = frozenset()
    email: str = ""
    admin: bool = False


NOBODY = User()


def sees(user: User, noun: str, document: Document) -> bool:
    """Return whether a user sees a document; groups and addresses that are empty or missing grant nothing."""
    if user.admin or noun == "Instrument":
        return True
    if noun in ("Policy", "History", "RuntimeConfig"):
        return False
    if noun == "PublishedData":
        return document.get("status") in FOR_ALL or _same(document.get("createdBy"), user.username)
    if noun == "Job":
        return _same(document.get("ownerUser"), user.username) or document.get("ownerGroup") in _given(user.groups)
    groups = _given(user.groups)
    return (
        document.get("isPublished") is True
        or document.get("ownerGroup") in groups
        or not groups.isdisjoint(document.get("accessGroups") or ())
        or bool(noun in SHARED and user.email and user.email in (document.get("sharedWith") or ()))
    )


def finds(user: User, noun: str, document: Document) -> bool:
    """Return whether a user finds a document in a list: without a login only published data that have a DOI."""
    without_doi = noun == "PublishedData" and document.get("status") == "public"
    return sees(user, noun, document) and not (user == NOBODY and without_doi)


def _given(groups: frozenset[str]) -> frozenset[Any]:
    return frozenset(group for group in groups if group)


def _same(one: object, other: str) -> bool:
    return bool(other) and one == other
