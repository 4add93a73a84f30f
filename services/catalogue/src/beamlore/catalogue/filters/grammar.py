"""The closed grammar: everything a filter can say."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

ComparisonOperator: TypeAlias = Literal["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$all", "$size"]


@dataclass(frozen=True)
class Compare:
    """A field against a value; ``path`` is a stored field's name, dotted."""

    path: str
    operator: ComparisonOperator
    value: Any


@dataclass(frozen=True)
class Within:
    """A number between two bounds: of a list, one and the same element."""

    path: str
    bounds: tuple[tuple[ComparisonOperator, float], ...]


@dataclass(frozen=True)
class Exists:
    """Whether a field is there."""

    path: str
    there: bool


@dataclass(frozen=True)
class Matches:
    """A text field against a checked regular expression."""

    path: str
    pattern: str
    options: str = ""
    negated: bool = False


@dataclass(frozen=True)
class Quantity:
    """A metadata number within bounds, wherever its entry holds it and in whatever unit it was sent."""

    path: str
    """The entry."""

    bounds: tuple[tuple[ComparisonOperator, float], ...]
    """In SI where ``unit`` says which."""

    unit: str
    """As ``quantities.SiUnit`` names it; empty: numbers as they were sent, whatever their unit."""

    in_documents: "Condition"
    """The same, said of the entry's members."""


@dataclass(frozen=True)
class Words:
    """Words anywhere in a document's descriptive fields; of datasets, also in metadata values."""

    text: str


@dataclass(frozen=True)
class Not:
    """None of the conditions on one field together."""

    condition: "Condition"


@dataclass(frozen=True)
class All:
    """Every condition holds; with none, everything matches."""

    conditions: tuple["Condition", ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """At least one condition holds; with none, nothing matches."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class OneOf:
    """One member of a list of objects for which a condition holds, whose paths begin at the member."""

    path: str
    condition: "Condition"


Condition: TypeAlias = Compare | Exists | Matches | OneOf | Quantity | Within | Words | Not | All | AnyOf


def split_words(condition: Condition) -> tuple[list[Words], Condition]:
    """Return the words that are searched, and the rest of a condition; both hold where it holds.

    Words stand at the top of a condition only, beside others (``where`` refuses them elsewhere).
    """
    if isinstance(condition, Words):
        return [condition], All()
    if not isinstance(condition, All):
        return [], condition
    split = [split_words(one) for one in condition.conditions]
    return [one for found, _ in split for one in found], All(tuple(rest for _, rest in split if rest != All()))


def has_words(condition: Condition) -> bool:
    """Return whether words are searched."""
    return bool(split_words(condition)[0])
