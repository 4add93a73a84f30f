"""What is wrong with a filter, and where."""

import re

import orjson

from beamlore.core import BadRequestError

_AFTER_COMMA = re.compile(r"\s*\}")


class FilterError(BadRequestError):
    """A filter cannot be understood; the text begins with the place in it."""

    def __init__(self, at: str, what: str) -> None:
        super().__init__(f"{at}: {what}")


class NotJsonError(FilterError):
    """A filter is not JSON; told as SciCat's backend tells it, whose clients look for these words."""

    def __init__(self, at: str, text: str, error: orjson.JSONDecodeError) -> None:
        place, what = error.pos, error.msg.partition(":")[0]
        if text[place : place + 1] == "," and (brace := _AFTER_COMMA.match(text, place + 1)):
            place, what = brace.end() - 1, "Expected double-quoted property name"
        line = text.count("\n", 0, place) + 1
        column = place - text.rfind("\n", 0, place)
        BadRequestError.__init__(
            self, f"Invalid JSON in {at}: {what} in JSON at position {place} (line {line} column {column})"
        )
