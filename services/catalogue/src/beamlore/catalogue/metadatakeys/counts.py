"""What shifts make of the counts of a key. Pure."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from beamlore.catalogue.database import Document

Key: TypeAlias = tuple[str, str, str]
"""Collection, key and human name."""

_SYSTEM = "system"


@dataclass
class Counts:
    """How many documents use a key, of each group, and how many of them are published."""

    documents: int
    groups: Counter[str]
    published: int

    def shift(self, step: int, groups: Sequence[str], published: bool) -> None:
        """Count so many documents in, or out where ``step`` is negative. There are never fewer than none."""
        self.documents = max(0, self.documents + step)
        for group in groups:
            self.groups[group] = max(0, self.groups[group] + step)
        if published:
            self.published = max(0, self.published + step)


def counts_of(stored: Mapping[str, Any] | None) -> Counts:
    """Return the counts of a stored key, none for one that is not there.

    How many published documents use it, is ours; of one that SciCat's backend has written it is not known.
    """
    if stored is None:
        return Counts(0, Counter(), 0)
    own = stored.get("beamlore") or {}
    documents = int(stored.get("usageCount") or 0)
    published = own.get("published", documents if stored.get("isPublished") else 0)
    return Counts(documents, Counter(stored.get("userGroupCounts") or {}), int(published))


def new_key(key: Key, now: datetime) -> Document:
    """Return what is stored of a key beside its counts."""
    source, name, human_name = key
    return {
        "_id": str(uuid.uuid4()),
        "id": str(uuid.uuid4()),
        "sourceType": source,
        "key": name,
        "humanReadableName": human_name,
        "createdBy": _SYSTEM,
        "updatedBy": _SYSTEM,
        "createdAt": now,
    }


def stored_counts(counts: Counts, now: datetime) -> Document:
    """Return the fields that say the counts."""
    groups = {group: number for group, number in counts.groups.items() if number > 0}
    return {
        "usageCount": counts.documents,
        "userGroups": sorted(groups),
        "userGroupCounts": groups,
        "isPublished": counts.published > 0,
        "beamlore": {"published": counts.published},
        "updatedAt": now,
    }
