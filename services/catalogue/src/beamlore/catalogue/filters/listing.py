"""A whole filter: ``where``, ``fields``, ``limits`` (limit, skip, order or sort), ``include``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from beamlore.catalogue.filters.errors import FilterError, NotJsonError
from beamlore.catalogue.filters.fields import Vocabulary
from beamlore.catalogue.filters.grammar import Condition
from beamlore.catalogue.filters.where import parse_where
from beamlore.core import measured

FILTER_LENGTH = 65_536
SKIP_AT_MOST = 1_000_000
_MEMBERS = frozenset({"where", "fields", "limits", "include", "limit", "skip", "order", "sort", "offset"})
_DIRECTIONS = {"asc": 1, "desc": -1, "ascending": 1, "descending": -1, "1": 1, "-1": -1}
_HIDDEN = {"beamlore": 0}


OLDEST_FIRST = (("createdAt", 1),)
"""The order of lists where none is asked for: that in which SciCat's database finds documents."""


@dataclass(frozen=True)
class Style:
    """How a route reads its filter: SciCat's v3 and v4 differ."""

    vocabulary: Vocabulary
    strict: bool
    limit: int
    sort: tuple[tuple[str, int], ...]
    most: int


@dataclass(frozen=True)
class Limits:
    """How many, from where, in which order."""

    limit: int
    skip: int
    sort: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Scope:
    """What is wanted of a relation that is included."""

    where: Condition
    projection: dict[str, int]
    limits: Limits


@dataclass(frozen=True)
class Listing:
    """A filter, read."""

    where: Condition
    projection: dict[str, int]
    limits: Limits
    include: tuple[str, ...] = ()
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    """Of the included relations that have one."""

    includes_all_blocks: bool = False
    """Whether a dataset is shown with all of its blocks of files, as by SciCat's v3, not only those the caller sees."""

    @property
    def is_whole(self) -> bool:
        """Whether every field is asked for."""
        return self.projection == _HIDDEN


def decode(text: str | None, at: str) -> Any:
    """Return the JSON of a query parameter; ``None`` where there is none.

    Raises:
        FilterError: it is too long or not JSON; the text says where.
    """
    if text is None or not text.strip():
        return None
    if len(text) > FILTER_LENGTH:
        raise FilterError(at, f"has more than {FILTER_LENGTH} characters")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotJsonError(at, text, error) from error


def parse_filter(text: str | None, style: Style) -> Listing:
    """Return the listing that a ``filter`` parameter asks for.

    Raises:
        FilterError: it is malformed, too large, or says something that is not taken.
    """
    with measured("parse"):
        return _listing(decode(text, "filter"), style)


def _listing(value: object, style: Style) -> Listing:
    members = _object(value, "filter") if value is not None else {}
    unknown = set(members) - _MEMBERS
    if unknown:
        raise FilterError(f"filter.{sorted(unknown)[0][:40]}", "is not a part of a filter")
    limits = members.get("limits")
    if limits is None:
        # LoopBack's clients write them beside `where`.
        limits = {name: members[name] for name in ("limit", "skip", "order", "sort") if name in members}
        if "offset" in members:
            limits.setdefault("skip", members["offset"])
    include, scopes = _include(members.get("include"), "filter.include", style)
    return Listing(
        where=parse_where(members.get("where"), style.vocabulary, "filter.where", strict=style.strict),
        projection=_projection(members.get("fields"), "filter.fields", style, include),
        limits=parse_limits(limits, "filter.limits", style),
        include=include,
        scopes=scopes,
    )


def parse_limits(value: object, at: str, style: Style) -> Limits:
    """Return the limits; what is not given is the route's default, and there is a largest ``limit``.

    Raises:
        FilterError: they are malformed.
    """
    members = {} if value is None else _object(value, at)
    unknown = set(members) - {"limit", "skip", "order", "sort"}
    if unknown:
        raise FilterError(f"{at}.{sorted(unknown)[0][:40]}", "is not a limit")
    limit = _number(members.get("limit"), f"{at}.limit", 2**31) or style.limit
    skip = _number(members.get("skip"), f"{at}.skip", SKIP_AT_MOST)
    wanted = members.get("order") or members.get("sort")
    sort = _sort(wanted, f"{at}.{'order' if members.get('order') else 'sort'}", style) if wanted else style.sort
    return Limits(min(limit, style.most), skip, sort)


def _sort(value: object, at: str, style: Style) -> tuple[tuple[str, int], ...]:
    pairs: list[tuple[str, object]] = []
    if isinstance(value, Mapping):
        pairs = [(str(name), direction) for name, direction in value.items()]
    else:
        texts = value if isinstance(value, list) else str(value).split(",")
        for text in texts:
            field, _, way = str(text).strip().replace(" ", ":", 1).partition(":")
            pairs.append((field, way.strip() or "asc"))
    if len(pairs) > 4:
        raise FilterError(at, "sorts by more than 4 fields")
    found = []
    for name, direction in pairs:
        step = _DIRECTIONS.get(str(direction).lower())
        if step is None:
            raise FilterError(at, f"{str(direction)[:20]!r} is neither asc nor desc")
        found.append((style.vocabulary.field(str(name), at, strict=style.strict).path, step))
    return tuple(found)


def _projection(value: object, at: str, style: Style, include: tuple[str, ...] = ()) -> dict[str, int]:
    if not value:
        return dict(_HIDDEN)
    if isinstance(value, list):
        wanted: dict[str, bool] = dict.fromkeys((str(name) for name in value), True)
    elif isinstance(value, Mapping):
        wanted = {str(name): bool(show) for name, show in value.items()}
    else:
        raise FilterError(at, "is a list of fields, or an object that says true or false for each")
    if len(wanted) > 100:
        raise FilterError(at, "names more than 100 fields")
    shown: dict[str, int] = {}
    hidden = dict(_HIDDEN)
    inside = [name for name in wanted if name.partition(".")[0] in include and "." in name]
    if inside:
        raise FilterError(
            at,
            f"Invalid $project :: caused by :: Path collision at {inside[-1]}: "
            "what is wanted of a relation is said by its scope",
        )
    for name, show in wanted.items():
        if name.partition(".")[0] in style.vocabulary.relations:
            continue
        path = style.vocabulary.field(name, f"{at}.{name}", strict=style.strict).path
        if show:
            shown["pid" if path == "_id" and name != "_id" else path] = 1
        elif path != "_id":
            hidden[path] = 0
    paths = _without_nested(shown) if shown else _without_nested(hidden)
    return paths


def _without_nested(paths: Mapping[str, int]) -> dict[str, int]:
    """Drop paths that lie below another one: the database refuses both together."""
    return {
        path: flag
        for path, flag in paths.items()
        if not any(other != path and path.startswith(f"{other}.") for other in paths)
    }


def _include(value: object, at: str, style: Style) -> tuple[tuple[str, ...], dict[str, Scope]]:
    relations = style.vocabulary.relations
    found: list[str] = []
    scopes: dict[str, Scope] = {}
    for place, one in enumerate([] if value is None else value if isinstance(value, list) else [value]):
        here = f"{at}[{place}]"
        name = one.get("relation") if isinstance(one, Mapping) else one
        if name == "all":
            found += sorted(relations)
        elif isinstance(name, str) and name in relations:
            found.append(name)
        else:
            raise FilterError(here, f"{str(name)[:40]!r} is not one of {', '.join(sorted(relations))}, all")
        if isinstance(one, Mapping):
            unknown = set(one) - {"relation", "scope"}
            if unknown:
                raise FilterError(f"{here}.{str(sorted(unknown)[0])[:40]}", "is neither relation nor scope")
            if one.get("scope"):
                scopes[str(name)] = _scope(str(name), one["scope"], f"{here}.scope", style)
    return tuple(dict.fromkeys(found)), scopes


def _scope(relation: str, value: object, at: str, style: Style) -> Scope:
    vocabulary = style.vocabulary.related.get(relation)
    if vocabulary is None:
        raise FilterError(at, f"{relation} takes no scope")
    members = _object(value, at)
    unknown = set(members) - {"where", "fields", "limits"}
    if unknown:
        raise FilterError(f"{at}.{str(sorted(unknown)[0])[:40]}", "is not a part of a scope")
    inner = replace(style, vocabulary=vocabulary, limit=style.most, sort=())
    return Scope(
        where=parse_where(members.get("where"), vocabulary, f"{at}.where", strict=style.strict),
        projection=_projection(members.get("fields"), f"{at}.fields", inner),
        limits=parse_limits(members.get("limits"), f"{at}.limits", inner),
    )


def _object(value: object, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise FilterError(at, "must be an object")
    return value


def _number(value: object, at: str, most: int) -> int:
    if value is None:
        return 0
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise FilterError(at, f"is a number from 0 to {most}")
    return value
