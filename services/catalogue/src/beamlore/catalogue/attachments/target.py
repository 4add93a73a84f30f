"""What an attachment hangs on, and the two forms of saying so: v4's relationships, v3's single fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

TargetKind: TypeAlias = Literal["dataset", "proposal", "sample", "published_data"]
ATTACHED = "is attached to"
FORMER: dict[str, TargetKind] = {"datasetId": "dataset", "proposalId": "proposal", "sampleId": "sample"}


@dataclass(frozen=True)
class Target:
    """A dataset, proposal, sample or publication that attachments hang on.

    Whether the caller may see or change its attachments was decided by the routes of its own noun.
    """

    kind: TargetKind
    key: str
    """Its PID, proposal or sample identifier."""

    def matches(self) -> dict[str, Any]:
        """Return the condition on an attachment that hangs on it."""
        return {"relationships": {"$elemMatch": {"targetId": self.key, "targetType": self.kind}}}

    def relationship(self) -> dict[str, str]:
        """Return the stored form."""
        return {"targetId": self.key, "targetType": self.kind, "relationType": ATTACHED}


def to_relationships(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return v3's fields with what they are attached to as relationships."""
    current = {name: value for name, value in fields.items() if name not in FORMER}
    named = [Target(kind, fields[name]).relationship() for name, kind in FORMER.items() if fields.get(name)]
    if named:
        current["relationships"] = [*(current.get("relationships") or []), *named]
    return current


def as_v4(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored attachment as v4 shows it."""
    return {name: value for name, value in document.items() if name != "beamlore"}


def as_v3(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored attachment as v3 shows it: `id` for `aid`, single fields for relationships."""
    shown = {name: value for name, value in as_v4(document).items() if name not in ("relationships", "aid")}
    kinds = {kind: name for name, kind in FORMER.items()}
    for one in document.get("relationships") or ():
        name = kinds.get(one.get("targetType"))
        if name:
            shown[name] = one.get("targetId", "")
    shown["id"] = document.get("aid", document.get("_id"))
    return shown
