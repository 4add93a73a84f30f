"""People of a demo's realm: those of a user office's seed, each with their user name as password."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from beamlore.contract import proposal_group
from beamlore.ops.errors import OpsError


class _Read(BaseModel):
    # The user office checks its seed; here only what a realm needs is looked at.
    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)


class _Person(_Read):
    username: str
    name: str
    email: str


class _Proposal(_Read):
    id: str
    principal_investigator: str
    members: list[str] = Field(default_factory=list)


class _People(_Read):
    people: list[_Person]
    proposals: list[_Proposal] = Field(default_factory=list)
    groups: dict[str, list[str]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """Somebody who logs in with their user name as password, and the groups they are in."""

    username: str
    name: str
    email: str
    groups: tuple[str, ...]


def people_of(seed: Mapping[str, Any], groups: Mapping[str, Sequence[str]] | None = None) -> list[Person]:
    """Return the people of a user office's seed.

    Args:
        seed: the parsed file. Beside the user office's own keys it may have ``groups``: those of each user name.
        groups: more groups, by user name.

    Raises:
        OpsError: it has not the form of a seed.
    """
    try:
        read = _People.model_validate(seed)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        raise OpsError(f"The people are not valid: {faults}.") from error
    return [
        Person(
            one.username,
            one.name,
            one.email,
            (
                *(groups or {}).get(one.username, ()),
                *read.groups.get(one.username, ()),
                *(
                    proposal_group(proposal.id)
                    for proposal in read.proposals
                    if one.username in (proposal.principal_investigator, *proposal.members)
                ),
            ),
        )
        for one in read.people
    ]


def load_people(path: Path) -> list[Person]:
    """Return the people of a YAML file.

    Raises:
        OpsError: it cannot be read, or has not the form of a seed.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise OpsError(f"The people in {path} cannot be read: {error}.") from error
    return people_of(content or {"people": []})
