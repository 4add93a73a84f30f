"""Changes of parts as updates of the database, and their preconditions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from beamlore.core import BadRequestError, BeamloreError, ConflictError, PreconditionFailedError, Principal


def set_fields(principal: Principal, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the update that sets fields, takes away those that are ``None``, and says who did it when."""
    put = {name: value for name, value in fields.items() if value is not None}
    taken = {name: "" for name, value in fields.items() if value is None}
    update = {"$set": {**put, "updatedBy": principal.username}, "$currentDate": {"updatedAt": True}}
    return update | ({"$unset": taken} if taken else {})


def replaced(principal: Principal, fields: Mapping[str, Any], kept: Sequence[str]) -> list[dict[str, Any]]:
    """Return the update that leaves nothing but these fields, the identifier and what is kept."""
    return [
        {
            "$replaceWith": {
                "$mergeObjects": [
                    {"$literal": {**fields, "updatedBy": principal.username}},
                    {"updatedAt": "$$NOW", "_id": "$_id", **{name: f"${name}" for name in kept}},
                ]
            }
        }
    ]


def not_later(if_unmodified_since: str | None) -> dict[str, Any]:
    """Return the condition of an ``If-Unmodified-Since`` header: an HTTP date, or ISO 8601 with milliseconds.

    An HTTP date is as exact as a second (RFC 9110, section 13.1.4).

    Raises:
        BadRequestError: it is no date.
    """
    if if_unmodified_since is None:
        return {}
    try:
        if "," in if_unmodified_since:
            moment = parsedate_to_datetime(if_unmodified_since).astimezone(UTC)
            return {"updatedAt": {"$lt": moment + timedelta(seconds=1)}}
        moment = datetime.fromisoformat(if_unmodified_since)
    except (ValueError, OverflowError) as error:
        raise BadRequestError("If-Unmodified-Since: not a date") from error
    return {"updatedAt": {"$lte": moment if moment.tzinfo else moment.replace(tzinfo=UTC)}}


def not_changed(noun: str, key: str, if_unmodified_since: str | None) -> BeamloreError:
    """Return why a change that was allowed was not made."""
    if if_unmodified_since is None:
        return ConflictError(f"{noun} #{key} was changed by others at the same moment; try again")
    return PreconditionFailedError(f"{noun} #{key} has been modified on the server since {if_unmodified_since}.")
