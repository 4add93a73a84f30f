"""What the ingestor reads of a proposal; other fields of the user office's answer are passed over."""

from datetime import datetime
from typing import Annotated

import msgspec

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]


class Person(msgspec.Struct, frozen=True, rename="camel"):
    """A person of a proposal."""

    username: str
    name: str
    email: str = ""
    orcid: str | None = None


class Proposal(msgspec.Struct, frozen=True, rename="camel"):
    """A proposal."""

    id: str
    title: str
    beamline: str
    principal_investigator: Person
    start: AwareDatetime
    end: AwareDatetime
    abstract: str = ""
    members: list[Person] = []

    @property
    def people(self) -> list[Person]:
        """Everybody on it, the principal investigator first."""
        first = self.principal_investigator
        return [first, *(member for member in self.members if member.username != first.username)]
