"""Which configuration of a replica set comes next on the way to the one that is wanted.

MongoDB's manual, "replSetReconfig": a change that is not forced adds or removes one voting member at most; a member's
``arbiterOnly`` never changes, it is removed and added anew.
"""

import copy
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Configuration = dict[str, Any]
"""A replica set's configuration, as MongoDB's ``replSetGetConfig`` gives it."""


@dataclass(frozen=True)
class Member:
    """A member of a replica set: where it listens (``host:port``) and whether it only votes."""

    host: str
    is_arbiter: bool = False


@dataclass(frozen=True)
class Step:
    """A change of a replica set's configuration, and what it does, for the log."""

    configuration: Configuration
    does: str


@dataclass(frozen=True)
class StepDown:
    """The primary is not wanted any more and must leave its place to another first."""


def initial_configuration(name: str, wanted: Sequence[Member], election_timeout_ms: int) -> Configuration:
    """Return the configuration of a new replica set."""
    return {
        "_id": name,
        "members": [_entry(number, member) for number, member in enumerate(wanted)],
        "settings": _timeouts(election_timeout_ms),
    }


def next_step(
    current: Configuration,
    wanted: Sequence[Member],
    *,
    election_timeout_ms: int,
    primary: str,
    renamed: Mapping[str, str],
    answering: Collection[str],
) -> Step | StepDown | None:
    """Return the next change towards the wanted members, ``None`` where there is nothing to change.

    Args:
        current: the configuration now.
        wanted: the members that are to be there.
        election_timeout_ms: after so many milliseconds without the primary another is elected.
        primary: the host by which the configuration knows the primary.
        renamed: the new host of each that has one, by the host in the configuration.
        answering: hosts, wanted or in the configuration, that answer now.
    """
    for host, new_host in renamed.items():
        return Step(_changed(current, _host_changed(current, host, new_host)), f"{host} is now {new_host}")
    if (settings := _settings_changed(current, wanted, election_timeout_ms)) is not None:
        return Step(settings, "votes, priorities and the time to an election")
    hosts = {entry["host"] for entry in current["members"]}
    unwanted = [entry["host"] for entry in current["members"] if _member(entry) not in wanted]
    missing = [member for member in wanted if member.host not in hosts]
    for host in unwanted:
        # The dead count for every majority: they go before others come.
        if host not in answering:
            return Step(_without(current, host), f"{host} is removed, it does not answer")
    for member in missing:
        number = max(entry["_id"] for entry in current["members"]) + 1
        entries = [*current["members"], _entry(number, member)]
        return Step(_changed(current, entries), f"{member.host} is added{' as arbiter' if member.is_arbiter else ''}")
    for host in unwanted:
        if host != primary:
            return Step(_without(current, host), f"{host} is removed")
    return StepDown() if unwanted else None


def forced_configuration(current: Configuration, wanted: Sequence[Member], election_timeout_ms: int) -> Configuration:
    """Return the wanted configuration as it can be forced: members keep their numbers where there are as many.

    The i-th data member stays the i-th, and so do arbiters: their numbers say who had voted for whom.
    """
    new_number = max(entry["_id"] for entry in current["members"])
    entries = []
    for is_arbiter in (False, True):
        after = [member for member in wanted if member.is_arbiter == is_arbiter]
        before = [entry for entry in current["members"] if bool(entry.get("arbiterOnly")) == is_arbiter]
        numbers = {entry["host"]: entry["_id"] for entry in before}
        if len(before) == len(after) and not any(member.host in numbers for member in after):
            numbers = {member.host: entry["_id"] for member, entry in zip(after, before, strict=True)}
        for member in after:
            if member.host not in numbers:
                new_number += 1
            entries.append(_entry(numbers.get(member.host, new_number), member))
    changed = _changed(current, entries)
    changed["settings"] = {**current.get("settings", {}), **_timeouts(election_timeout_ms)}
    return changed


def _timeouts(election_timeout_ms: int) -> dict[str, int]:
    """Return the settings that say how soon a lost primary is replaced.

    A primary that hangs keeps its connections. Voters believe in it until a heartbeat is overdue, by default for 10 s,
    and elect no other before.
    """
    return {
        "electionTimeoutMillis": election_timeout_ms,
        "heartbeatTimeoutSecs": math.ceil(election_timeout_ms / 1000) + 1,
    }


def _member(entry: Mapping[str, Any]) -> Member:
    return Member(entry["host"], bool(entry.get("arbiterOnly")))


def _entry(number: int, member: Member) -> dict[str, Any]:
    if member.is_arbiter:
        return {"_id": number, "host": member.host, "arbiterOnly": True, "priority": 0}
    return {"_id": number, "host": member.host, "priority": 1}


def _changed(current: Configuration, entries: Sequence[Mapping[str, Any]]) -> Configuration:
    changed = copy.deepcopy(current)
    changed["members"] = [dict(entry) for entry in entries]
    changed["version"] = current["version"] + 1
    # The primary fills in its own; a given one is refused after an election meanwhile.
    changed.pop("term", None)
    return changed


def _without(current: Configuration, host: str) -> Configuration:
    return _changed(current, [entry for entry in current["members"] if entry["host"] != host])


def _host_changed(current: Configuration, host: str, new_host: str) -> list[dict[str, Any]]:
    return [{**entry, "host": new_host if entry["host"] == host else entry["host"]} for entry in current["members"]]


def _settings_changed(
    current: Configuration, wanted: Sequence[Member], election_timeout_ms: int
) -> Configuration | None:
    # A vote given or taken would be a change of voters, one at a time: Beamlore's members all have one.
    entries = [
        {**entry, "priority": 0 if entry.get("arbiterOnly") else 1} if _member(entry) in wanted else entry
        for entry in current["members"]
    ]
    settings = {**current.get("settings", {}), **_timeouts(election_timeout_ms)}
    if entries == current["members"] and settings == current.get("settings"):
        return None
    changed = _changed(current, entries)
    changed["settings"] = settings
    return changed
