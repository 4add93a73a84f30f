"""What is wrong with a body, in the words SciCat's clients know: those of class-validator and its constraints."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from beamlore.core import place_in, sentence_of

_WORDS = {
    "string_type": ("isString", "{} must be a string"),
    "string_too_short": ("isNotEmpty", "{} should not be empty"),
    "string_too_long": ("maxLength", "{} is too long"),
    "too_long": ("arrayMaxSize", "{} has too many entries"),
    "bool_type": ("isBoolean", "{} must be a boolean value"),
    "bool_parsing": ("isBoolean", "{} must be a boolean value"),
    "int_type": ("isInt", "{} must be an integer number"),
    "int_parsing": ("isInt", "{} must be an integer number"),
    "int_from_float": ("isInt", "{} must be an integer number"),
    "float_type": ("isNumber", "{} must be a number conforming to the specified constraints"),
    "float_parsing": ("isNumber", "{} must be a number conforming to the specified constraints"),
    "dict_type": ("isObject", "{} must be an object"),
    "model_type": ("isObject", "{} must be an object"),
    "list_type": ("isArray", "{} must be an array"),
    "greater_than_equal": ("min", "{} must not be less than {ge}"),
    "less_than_equal": ("max", "{} must not be greater than {le}"),
    "literal_error": ("isEnum", "{} must be one of the following values: {expected}"),
    "extra_forbidden": ("whitelistValidation", "property {} should not exist"),
}
_FAR_TOO_MANY = 1000
_BEGINNING = 50
_EACH = ("isString", "each value in {} must be a string")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, which constraint, and a sentence."""

    at: str
    constraint: str
    sentence: str

    def told(self) -> dict[str, Any]:
        """Return it as class-validator writes one: property, and its constraints with a sentence each."""
        return {"property": self.at, "constraints": {self.constraint: self.sentence}, "children": []}

    def __str__(self) -> str:
        return self.sentence


def faults(
    model: type[BaseModel], value: Mapping[str, Any], error: ValidationError, first: Sequence[str] = ()
) -> list[Fault]:
    """Return what is wrong with a value.

    Args:
        model: what it should be.
        value: the JSON object.
        error: what pydantic found.
        first: fields to be told first, in this order.

    Of what is far too much, only the beginning is looked at: to write out a million mistakes takes seconds.
    """
    if error.error_count() > _FAR_TOO_MANY:
        fewer = _beginning(model, value, first)
        try:
            model.model_validate(fewer)
        except ValidationError as of_beginning:
            error = of_beginning
        else:
            return [Fault("", "arrayMaxSize", f"there are {error.error_count()} mistakes in it; send less at a time")]
    order = {name: place for place, name in enumerate(first)}
    found = sorted(
        error.errors(include_url=False), key=lambda one: order.get(str(one["loc"][0]) if one["loc"] else "", len(order))
    )
    by_place: dict[str, Fault] = {}
    for one in found:
        place = place_in(value, one["loc"], missing=one["type"] == "missing") or tuple(one["loc"][:1])
        fault = _fault(model, {**one, "loc": place})
        by_place.setdefault(fault.at, fault)
    return list(by_place.values())


def _beginning(model: type[BaseModel], value: Mapping[str, Any], first: Sequence[str]) -> dict[str, Any]:
    """Return a value with the fields it may have and some of the others, and of lists their first entries."""
    known = {name for given, field in model.model_fields.items() for name in (given, field.alias) if name}
    others = [name for name in value if name not in known][:_BEGINNING]
    kept = {name: value[name] for name in [*first, *known, *others] if name in value}
    return {name: one[:_BEGINNING] if isinstance(one, list) else one for name, one in kept.items()}


def _fault(model: type[BaseModel], error: Mapping[str, Any]) -> Fault:
    at = ".".join(str(part) for part in error["loc"])
    head = str(error["loc"][0]) if error["loc"] else ""
    kind = error["type"]
    if kind in ("list_type", "string_type") and _is_list_of_text(model, head) and len(error["loc"]) <= 2:
        return Fault(at, _EACH[0], _EACH[1].format(head))
    if kind in _WORDS:
        constraint, sentence = _WORDS[kind]
        return Fault(at, constraint, sentence.format(at, **{"expected": "", **error.get("ctx", {})}))
    if kind == "missing":
        return Fault(at, "isDefined", f"{at} should not be empty")
    return Fault(at, "isValid", f"{at} {sentence_of(error)}" if at else sentence_of(error))


def _is_list_of_text(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and _holds_texts(field.annotation)


def _holds_texts(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _holds_texts(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return any(_holds_texts(one) for one in get_args(annotation))
    if origin is list:
        inner = get_args(annotation)[0]
        return (get_args(inner)[0] if get_origin(inner) is Annotated else inner) is str
    return False
