"""The fields of an identity. Source: SciCat's OpenAPI, ``UserIdentity`` and ``UserProfile``."""

from typing import Any

from beamlore.catalogue.filters import Style, Vocabulary, kinds_of
from beamlore.catalogue.users.collections import object_id

_NOUN = Vocabulary(
    noun="user identity",
    kinds=kinds_of(
        {
            "text": """
                _id userId authStrategy externalId provider profile.displayName profile.email profile.username
                profile.id
            """,
            "date": "created modified",
            "list": "profile.accessGroups",
            "object": "profile",
        }
    ),
    former={"id": "_id"},
    nested=(),
    relations=frozenset(),
    metadata="",
)
IDENTITIES = Style(_NOUN, strict=True, limit=1, sort=(("_id", 1),), most=1)
_IDENTIFIERS = frozenset({"_id", "userId"})


def with_identifiers(query: Any, *, inside: bool = False) -> Any:
    """Return a query that was built from text with the texts that stand for identifiers as identifiers."""
    if isinstance(query, dict):
        return {name: with_identifiers(one, inside=inside or name in _IDENTIFIERS) for name, one in query.items()}
    if isinstance(query, list):
        return [with_identifiers(one, inside=inside) for one in query]
    return (object_id(query) or query) if inside and isinstance(query, str) else query
