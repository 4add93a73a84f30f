"""The seed: the YAML file that holds everything this user office knows."""

from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from beamlore.core import ApiModel
from beamlore.useroffice.people.models import Person
from beamlore.useroffice.proposals.models import Period, ProposalText

_MOST_ERRORS_SHOWN = 20
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # one or the other is there
    """Writes every entry in full: a person reads it, and `&id001` says nothing to people."""

    def ignore_aliases(self, data: object) -> bool:
        """Return true: no value is written as a reference to another."""
        return True


class SeedError(ValueError):
    """A seed cannot be used: the text names the file, the entry and what is wrong with it, one fault a line."""


class SeedProposal(Period, ProposalText):
    """A proposal as the file has it: its people by their user names."""

    principal_investigator: str
    members: list[str] = Field(default_factory=list, description="The others on it.")


class SeedVisit(Period):
    """A visit as the file has it."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    proposal: str
    visitors: list[str] = Field(min_length=1)


class Seed(ApiModel):
    """A whole file."""

    people: list[Person]
    proposals: list[SeedProposal]
    visits: list[SeedVisit] = Field(default_factory=list)


def load_seed(path: Path | None) -> Seed:
    """Return the seed of a file, of the demo where no file is given.

    Raises:
        SeedError: the file cannot be read, is not YAML, or its content is not valid.
    """
    name = str(path) if path else "the demo seed"
    try:
        text = (path or files("beamlore.useroffice") / "seeds" / "demo.yaml").read_text(encoding="utf-8")
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - one of the safe loaders
    except OSError as error:
        raise SeedError(f"{name}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SeedError(f"{name}: is not YAML: {error}") from error
    return parse_seed(raw, name)


def parse_seed(raw: Any, name: str) -> Seed:
    """Return the seed that the parsed YAML holds; ``name`` is what errors call the file.

    Raises:
        SeedError: it is not valid.
    """
    try:
        seed = Seed.model_validate(raw)
    except ValidationError as error:
        raise _seed_error(name, (_describe(one["loc"], one["msg"], raw) for one in error.errors())) from error
    faults = list(_broken_references(seed))
    if faults:
        raise _seed_error(name, faults)
    return seed


def dump_seed(seed: Seed) -> str:
    """Return the seed as YAML."""
    content = seed.model_dump(by_alias=True, exclude_none=True)
    text: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def _seed_error(name: str, faults: Iterable[str]) -> SeedError:
    lines = [f"{name}: {fault}" for fault in faults]
    if len(lines) > _MOST_ERRORS_SHOWN:
        lines[_MOST_ERRORS_SHOWN:] = [f"{name}: and {len(lines) - _MOST_ERRORS_SHOWN} more"]
    return SeedError("\n".join(lines))


def _describe(location: tuple[int | str, ...], message: str, raw: Any) -> str:
    """Say where in the file, with the entry's own name, since nobody counts entries."""
    where, entry = "", raw
    for part in location:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else part
        try:
            entry = entry[part]
        except (KeyError, IndexError, TypeError):
            continue
        if isinstance(part, int) and isinstance(entry, dict):
            where += f" ({entry.get('id') or entry.get('username') or 'without a name'})"
    return f"{where or 'the file'}: {message}"


def _broken_references(seed: Seed) -> Iterator[str]:
    usernames = {person.username for person in seed.people}
    proposals = {proposal.id for proposal in seed.proposals}
    yield from _twice("people", (person.username for person in seed.people))
    yield from _twice("proposals", (proposal.id for proposal in seed.proposals))
    yield from _twice("visits", (visit.id for visit in seed.visits))
    for index, proposal in enumerate(seed.proposals):
        where = f"proposals[{index}] ({proposal.id})"
        if proposal.principal_investigator not in usernames:
            yield f"{where}.principalInvestigator: {proposal.principal_investigator!r} is not among the people"
        for member in proposal.members:
            if member not in usernames:
                yield f"{where}.members: {member!r} is not among the people"
    for index, visit in enumerate(seed.visits):
        where = f"visits[{index}] ({visit.id})"
        if visit.proposal not in proposals:
            yield f"{where}.proposal: {visit.proposal!r} is not among the proposals"
        for visitor in visit.visitors:
            if visitor not in usernames:
                yield f"{where}.visitors: {visitor!r} is not among the people"


def _twice(what: str, keys: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield f"{what}[{index}] ({key}): stands twice"
        seen.add(key)
