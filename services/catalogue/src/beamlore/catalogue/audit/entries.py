"""From a change of a document to the entry of the audit that tells of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId

from beamlore.catalogue.audit.delta import Difference, differences
from beamlore.catalogue.database import Change, Document

AUDIT = "beamlore_audit"
_OWN = frozenset({AUDIT, "beamlore_audit_parts", "History"})
# Follows from the entry itself: when it was made, and by whom.
_NOT_TOLD = frozenset({("updatedAt",), ("updatedBy",), ("__v",), ("beamlore", "revision"), ("beamlore", "heardAt")})
_SECRETS: Mapping[str, frozenset[str]] = {
    "User": frozenset({"password", "hash", "salt", "verificationToken"}),
    "UserIdentity": frozenset({"credentials", "accessToken", "idToken", "refreshToken"}),
    "beamlore_tokens": frozenset({"hash", "secret"}),
}
_HIDDEN = "(hidden)"
_TELLS_OF_ITSELF = frozenset({"createdBy", "createdAt"})


def entry_of(change: Change) -> Document | None:
    """Return the entry of a change; none where nothing changed, or the document itself says who created it and when."""
    if change.collection in _OWN:
        return None
    if change.operation == "create" and change.after is not None and change.after.keys() >= _TELLS_OF_ITSELF:
        return None
    state = change.after if change.after is not None else change.before or {}
    entry: Document = {
        "_id": ObjectId(),
        "at": datetime.now(UTC),
        "username": change.principal.username,
        "subject": change.principal.subject,
        "request": change.request,
        "collection": change.collection,
        "document": str(state.get("_id")),
        "operation": change.operation,
    }
    for group in ("ownerGroup", "instrumentGroup"):
        if state.get(group):
            entry[group] = state[group]
    secrets = _SECRETS.get(change.collection, frozenset())
    if change.operation == "change":
        found = [
            _hidden(one, secrets)
            for one in differences(change.before or {}, change.after or {})
            if tuple(one["path"]) not in _NOT_TOLD
        ]
        return entry | {"changes": found} if found else None
    if change.before is not None:
        entry["before"] = _without(change.before, secrets)
    return entry


def _hidden(difference: Difference, secrets: frozenset[str]) -> Difference:
    if not secrets:
        return difference
    if not secrets.isdisjoint(difference["path"]):
        return {key: value if key == "path" else _HIDDEN for key, value in difference.items()}
    return {key: _without(value, secrets) for key, value in difference.items()}


def _without(value: Any, secrets: frozenset[str]) -> Any:
    if secrets and isinstance(value, Mapping):
        return {key: _HIDDEN if key in secrets else _without(member, secrets) for key, member in value.items()}
    if secrets and isinstance(value, list):
        return [_without(one, secrets) for one in value]
    return value
