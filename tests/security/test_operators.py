"""Nothing a caller sends reaches MongoDB as an operator, whatever it is and wherever it is put.

Every command the catalogue sends while it is attacked is looked through. Covers OWASP API Security 2023 API1, API3 and
API8 (injection into queries); ASVS 5.0 V1.2.4, V2.2.1.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pymongo import monitoring
from pymongo.monitoring import CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent

from beamlore.catalogue.names import names
from tests.security.conftest import Served
from tests.security.reference import NOBODY, User

_SENTINEL = "mkSentinel"
_FIELD = f"${_SENTINEL}"
_EVIL = frozenset(
    names(
        "$where $expr $function $accumulator $jsonSchema $lookup $graphLookup $unionWith $out $merge $comment $rand "
        "$sampleRate $near $meta $slice $elemMatch $set $unset $rename $bit $push $type $mod $literal"
    )
)
_PARAMETERS = names("filter filters fields limits facets where search include columns key cursor datasetFields")
_PATHS = {"{pid}": "a", "{id}": "a", "{aid}": "a", "{oid}": "a", "{did}": "a", "{fk}": "a", "{name}": "a"}
_SLICES = 6


class _Commands(monitoring.CommandListener):
    """Keeps what is sent to any database while it is watched."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] | None = None

    def started(self, event: CommandStartedEvent) -> None:
        if self.sent is not None:
            self.sent.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing more is to be known."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing more is to be known."""


_commands = _Commands()
# Only clients that are made later are listened to: the catalogue's, made for each test.
monitoring.register(_commands)

_operators = st.sampled_from(sorted(_EVIL))
_names = st.one_of(
    _operators, st.sampled_from(["pid", "ownerGroup", "isPublished", "scientificMetadata", "$or", "$and"])
)
_attacks = st.recursive(
    st.dictionaries(_operators, st.sampled_from([_SENTINEL, _FIELD]), min_size=1, max_size=2),
    lambda inner: st.one_of(
        st.dictionaries(_names, inner, min_size=1, max_size=2), st.lists(inner, min_size=1, max_size=2)
    ),
    max_leaves=3,
)
_PLACES: list[Any] = [
    lambda attack: {"where": attack},
    lambda attack: {"where": {"ownerGroup": attack}},
    lambda attack: {"where": {"$or": [attack, {"isPublished": False}]}},
    lambda attack: {"where": {"scientificMetadata.a": {"value": attack}}},
    lambda attack: {"fields": attack},
    lambda attack: {"fields": [_FIELD], "limits": {"order": f"{_FIELD}:asc"}},
    lambda attack: {"limits": attack, "include": [attack]},
    lambda attack: {"include": [{"relation": "attachments", "scope": {"where": attack}}]},
    lambda attack: attack,
    lambda attack: {"mode": attack},
    lambda attack: {"ownerGroup": attack, "keywords": [attack]},
    lambda attack: {"scientific": [{"lhs": _FIELD, "relation": "EQUAL_TO_STRING", "rhs": attack, "unit": attack}]},
    lambda attack: {"scientific": [{"lhs": "a", "relation": "EQUAL_TO_STRING", "rhs": attack}], "text": attack},
    lambda attack: {"fields": attack, "facets": [_FIELD, attack]},
    lambda attack: [_FIELD, attack],
    lambda attack: [_FIELD],
    lambda attack: _FIELD,
]
_bounded = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def _watched() -> Iterator[list[Mapping[str, Any]]]:
    _commands.sent = []
    try:
        yield _commands.sent
    finally:
        _commands.sent = None


def _leaks(value: Any, *, in_match: bool = False) -> Iterator[str]:
    """Yield the operators, and the field paths of expressions, that come from the attack."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            if key in _EVIL and _SENTINEL in str(member) and not _is_ours(key, member):
                yield f"{key}: {str(member)[:200]}"
            yield from _leaks(member, in_match=in_match or key in ("$match", "filter", "query", "q"))
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _leaks(member, in_match=in_match)
    elif isinstance(value, str) and not in_match and value.startswith("$") and _SENTINEL in value:
        yield value


def _is_ours(key: str, member: Any) -> bool:
    """Whether an operator that the catalogue writes itself merely holds what the caller sent as plain values."""
    return key in ("$set", "$push", "$unset") and isinstance(member, Mapping) and not any(_leaks(member))


@pytest.mark.parametrize("user", [NOBODY, User("root", admin=True)], ids=["nobody", "an administrator"])
@_bounded
@given(attack=_attacks, place=st.sampled_from(_PLACES), turn=st.integers(0, _SLICES - 1))
async def test_no_reader_gets_an_operator_into_a_query(
    served: Served, client: httpx.AsyncClient, user: User, attack: Any, place: Any, turn: int
) -> None:
    text = json.dumps(place(attack))
    headers = served.headers(user)
    reading = sorted(path for path, operations in served.app.openapi()["paths"].items() if "get" in operations)
    for path in reading[turn::_SLICES]:
        if path.endswith(("/events", "/events/stream")):
            continue
        with _watched() as sent:
            answer = await client.get(_filled(path), params=dict.fromkeys(_PARAMETERS, text), headers=headers)
        assert answer.status_code < 500, f"{answer.url}: {answer.text}"
        assert not [leak for command in sent for leak in _leaks(command)], f"GET {path} {text}"


@_bounded
@given(attack=_attacks, place=st.sampled_from(_PLACES), turn=st.integers(0, _SLICES - 1))
async def test_no_writer_gets_an_operator_into_a_query_or_a_document(
    served: Served, client: httpx.AsyncClient, attack: Any, place: Any, turn: int
) -> None:
    headers = served.headers(User("root", admin=True))
    writing = sorted(
        (path, method)
        for path, operations in served.app.openapi()["paths"].items()
        for method in operations
        if method in ("post", "put", "patch")
    )
    for path, method in writing[turn::_SLICES]:
        with _watched() as sent:
            answer = await client.request(method, _filled(path), json=place(attack), headers=headers)
        assert answer.status_code < 500, f"{answer.url}: {answer.text}"
        assert not [leak for command in sent for leak in _leaks(command)], f"{method} {path} {place(attack)}"


def test_what_is_looked_for_would_be_found() -> None:
    assert list(_leaks({"find": "Dataset", "filter": {"$where": _SENTINEL}}))
    assert list(_leaks({"pipeline": [{"$group": {"_id": _FIELD}}]}))
    assert list(_leaks({"updates": [{"u": {"$set": {"a": {"$where": _SENTINEL}}}}]}))
    assert not list(_leaks({"filter": {"ownerGroup": _SENTINEL}, "updates": [{"u": {"$set": {"a": _SENTINEL}}}]}))


def _filled(path: str) -> str:
    for parameter, value in _PATHS.items():
        path = path.replace(parameter, value)
    return path.replace("{subsystem}", "Dataset")
