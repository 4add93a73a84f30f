"""``where``: SciCat's (MongoDB's operators) and LoopBack's, which its older clients send."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.fields import Field, Vocabulary, cast
from beamlore.catalogue.filters.grammar import All, AnyOf, Compare, Condition, Exists, Matches, Not, OneOf, Words
from beamlore.catalogue.filters.patterns import checked_options, checked_pattern

DEPTH = 8
CONDITIONS = 200
LIST_LENGTH = 2_000
TEXT_LENGTH = 4_096
WORDS_LENGTH = 256

_COMPARE: dict[str, Any] = {
    **{name: name for name in ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte")},
    **{"eq": "$eq", "neq": "$ne", "gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"},
}
_LISTS: dict[str, Any] = {"$in": "$in", "$nin": "$nin", "$all": "$all", "inq": "$in", "nin": "$nin"}
_LIKE = {
    "like": ("", False),
    "nlike": ("", True),
    "ilike": ("i", False),
    "nilike": ("i", True),
    "regexp": ("", False),
}
_JUNCTIONS = {"$and": All, "and": All, "$or": AnyOf, "or": AnyOf}
_OTHERS = frozenset({"$exists", "exists", "$regex", "$options", "options", "$not", "$size", "$elemMatch", "between"})
_OPERATORS = frozenset(_COMPARE) | frozenset(_LISTS) | frozenset(_LIKE) | _OTHERS


class _Parser:
    """Counts what it reads, so that a filter's size is bounded as a whole."""

    def __init__(self, vocabulary: Vocabulary, *, strict: bool) -> None:
        self._vocabulary = vocabulary
        self._strict = strict
        self._conditions = 0
        self._words = False

    def where(self, value: object, at: str, depth: int) -> Condition:
        members = _mapping(value, at)
        if depth > DEPTH:
            raise FilterError(at, f"nested more than {DEPTH} deep")
        return All(tuple(self._member(name, member, f"{at}.{name}", depth) for name, member in members.items()))

    def _member(self, name: str, value: object, at: str, depth: int) -> Condition:
        self._count(at)
        if name in _JUNCTIONS and (name.startswith("$") or isinstance(value, list)):
            return self._junction(_JUNCTIONS[name], value, at, depth)
        if name in ("$nor", "nor") and (name.startswith("$") or isinstance(value, list)):
            return Not(self._junction(AnyOf, value, at, depth))
        if name == "$text":
            return self._text(value, at, depth)
        if name.startswith("$"):
            raise FilterError(at, f"the operator {name[:40]!r} is not taken here")
        return self._field(self._vocabulary.field(name, at, strict=self._strict), value, at, depth)

    def _junction(
        self, kind: Callable[[tuple[Condition, ...]], Condition], value: object, at: str, depth: int
    ) -> Condition:
        if not isinstance(value, list) or not value:
            raise FilterError(at, "needs a list of conditions")
        return kind(tuple(self.where(one, f"{at}[{place}]", depth + 1) for place, one in enumerate(value)))

    def _text(self, value: object, at: str, depth: int) -> Condition:
        if depth > 1 or self._words:
            raise FilterError(at, "words are searched once, at the top of the filter")
        self._words = True
        members = _mapping(value, at)
        if set(members) != {"$search"}:
            raise FilterError(at, 'must be {"$search": "words"}')
        return words(members["$search"], self._vocabulary, f"{at}.$search")

    def _field(self, field: Field, value: object, at: str, depth: int) -> Condition:
        if isinstance(value, Mapping) and _has_operators(value, at):
            return self._operators(field, value, at, depth)
        return Compare(field.path, "$eq", _literal(field, value, at))

    def _operators(self, field: Field, members: Mapping[str, object], at: str, depth: int) -> Condition:
        if depth > DEPTH:
            raise FilterError(at, f"nested more than {DEPTH} deep")
        found: list[Condition] = []
        for name, value in members.items():
            self._count(at)
            here = f"{at}.{name}"
            if name in _COMPARE:
                found.append(Compare(field.path, _COMPARE[name], _literal(field, value, here)))
            elif name in _LISTS:
                found.append(Compare(field.path, _LISTS[name], _list(field, value, here)))
            elif name in _LIKE:
                options, negated = _LIKE[name]
                options += checked_options(members.get("options", ""), here)
                found.append(
                    Matches(field.path, checked_pattern(_bare(value), here), "".join(sorted(set(options))), negated)
                )
            elif name == "$regex":
                options = checked_options(members.get("$options", ""), here)
                found.append(Matches(field.path, checked_pattern(value, here), options))
            elif name in ("$options", "options"):
                if "$regex" not in members and not _LIKE.keys() & members.keys():
                    raise FilterError(here, "options without a regular expression")
            elif name in ("$exists", "exists"):
                if not isinstance(value, bool | int):
                    raise FilterError(here, "is true or false")
                found.append(Exists(field.path, bool(value)))
            elif name == "$size":
                if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
                    raise FilterError(here, "is the length of a list")
                found.append(Compare(field.path, "$size", value))
            elif name == "$elemMatch":
                found.append(self._one_of(field, value, here, depth))
            elif name == "between":
                found += _between(field, value, here)
            else:
                found.append(Not(self._not(field, value, here, depth)))
        return found[0] if len(found) == 1 else All(tuple(found))

    def _one_of(self, field: Field, value: object, at: str, depth: int) -> Condition:
        members = _mapping(value, at)
        if not members or any(name.startswith("$") for name in members):
            raise FilterError(at, "names fields of a member of the list")
        found = []
        for name, member in members.items():
            self._count(at)
            inner = self._vocabulary.field(f"{field.path}.{name}", f"{at}.{name}", strict=self._strict)
            found.append(self._field(Field(name, inner.kind), member, f"{at}.{name}", depth + 1))
        return OneOf(field.path, All(tuple(found)))

    def _not(self, field: Field, value: object, at: str, depth: int) -> Condition:
        if not isinstance(value, Mapping) or not _has_operators(value, at):
            raise FilterError(at, "needs operators")
        return self._operators(field, value, at, depth + 1)

    def _count(self, at: str) -> None:
        self._conditions += 1
        if self._conditions > CONDITIONS:
            raise FilterError(at, f"more than {CONDITIONS} conditions")


def parse_where(value: object, vocabulary: Vocabulary, at: str = "where", *, strict: bool) -> Condition:
    """Return the condition of a ``where``.

    Args:
        value: decoded JSON; ``None`` stands for no condition.
        vocabulary: the fields there are.
        at: the place of it in the filter, for errors.
        strict: whether fields the noun does not have are refused.

    Raises:
        FilterError: it is malformed, too large, or says something that is not taken.
    """
    return All() if value is None else _Parser(vocabulary, strict=strict).where(value, at, 1)


def words(value: object, vocabulary: Vocabulary, at: str) -> Words:
    """Return a search for words.

    Raises:
        FilterError: they are not text, or too many, or the noun has no index of words.
    """
    if not vocabulary.searchable:
        raise FilterError(at, f"words cannot be searched in a {vocabulary.noun}; filter by its fields")
    if not isinstance(value, str) or len(value) > WORDS_LENGTH:
        raise FilterError(at, f"is text of at most {WORDS_LENGTH} characters")
    return Words(value)


def _mapping(value: object, at: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise FilterError(at, "must be an object")
    return value


def _has_operators(value: Mapping[str, object], at: str) -> bool:
    """Whether an object is made of operators; otherwise it is a value to be equal to."""
    dollars = [name for name in value if name.startswith("$")]
    if dollars:
        unknown = [name for name in value if name not in _OPERATORS]
        if unknown:
            raise FilterError(f"{at}.{unknown[0][:40]}", "is not an operator that is taken")
        return True
    return bool(value) and all(name in _OPERATORS for name in value)


def _literal(field: Field, value: object, at: str) -> Any:
    if isinstance(value, list):
        return _list(field, value, at)
    if isinstance(value, Mapping):
        return _object(value, at, 1)
    if isinstance(value, str) and len(value) > TEXT_LENGTH:
        raise FilterError(at, f"text has at most {TEXT_LENGTH} characters")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise FilterError(at, "the number is too large")
    return cast(field, value, at)


def _list(field: Field, value: object, at: str) -> list[Any]:
    if not isinstance(value, list):
        raise FilterError(at, "must be a list")
    if len(value) > LIST_LENGTH:
        raise FilterError(at, f"has more than {LIST_LENGTH} values")
    if any(isinstance(one, list) for one in value):
        raise FilterError(at, "lists in lists are not taken")
    return [_literal(field, one, f"{at}[{place}]") for place, one in enumerate(value)]


def _object(value: Mapping[str, object], at: str, depth: int) -> dict[str, Any]:
    if depth > DEPTH or len(value) > LIST_LENGTH:
        raise FilterError(at, "the value is too large")
    plain = Field("", "any")
    found = {}
    for name, member in value.items():
        if name.startswith("$") or "\x00" in name:
            raise FilterError(at, f"{name[:40]!r} cannot be part of a value")
        inner = (
            _object(member, f"{at}.{name}", depth + 1) if isinstance(member, Mapping) else _literal(plain, member, at)
        )
        found[name] = inner
    return found


def _between(field: Field, value: object, at: str) -> list[Condition]:
    bounds = _list(field, value, at)
    if len(bounds) != 2:
        raise FilterError(at, "needs two values")
    return [Compare(field.path, "$gte", bounds[0]), Compare(field.path, "$lte", bounds[1])]


def _bare(value: object) -> object:
    """Return the pattern of a ``/pattern/`` text, as LoopBack's clients write one."""
    if isinstance(value, str) and (found := re.fullmatch(r"/(.*)/", value, re.DOTALL)):
        return found[1]
    return value
