"""Why somebody can, or cannot, see a dataset, in words."""

from collections.abc import Mapping
from typing import Any

_WAYS = {
    "everything": ("Your role lets you see every dataset.", "No role of yours lets you see every dataset."),
    "isPublished": ("It is published: everyone sees it.", "It is not published."),
    "ownerGroup": ("You are a member of the group that owns it.", "You are not a member of the group that owns it."),
    "accessGroups": (
        "You are a member of a group that it is opened to.",
        "You are not a member of any group that it is opened to.",
    ),
    "instrumentGroup": (
        "You belong to the staff of its instrument.",
        "You do not belong to the staff of its instrument.",
    ),
    "sharedWith": ("It is shared with your e-mail address.", "It is not shared with your e-mail address."),
}
_OTHER = ("A rule of this facility lets you see it.", "A rule of this facility does not let you see it.")
ADVICE = (
    "Ask its owner or the staff of the beamline to open it to one of your groups, or to share it with your e-mail "
    "address."
)


def way_of(condition: Mapping[str, Any]) -> str:
    """Return the name of one alternative of the access rule: the field it looks at."""
    return next(iter(condition), "everything")


def reasons(found: Mapping[str, bool]) -> list[dict[str, Any]]:
    """Return each way of being allowed to see a dataset, whether it holds, and the sentence to say so.

    Args:
        found: by way, for those that the caller's groups and address open at all.
    """
    ways = [*_WAYS, *(way for way in found if way not in _WAYS)]
    return [
        {"way": way, "holds": found.get(way, False), "says": _WAYS.get(way, _OTHER)[0 if found.get(way, False) else 1]}
        for way in ways
    ]
