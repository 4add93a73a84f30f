r"""msgspec's errors in plain English, each after the name of what is wrong.

msgspec writes ``Expected `int` >= 0 - at `$.metadata[...].value` ``: which entry it is, is not in it. The place is
looked up in what was sent, by asking of each entry whether it has the form of one.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

_PLACE = re.compile(r"^(?P<said>.*) - at `(?:key` in `)?(?P<place>\$.*)`$", re.DOTALL)
_STEP = re.compile(r"\.(?P<name>[A-Za-z_]\w*)|\[(?P<position>\d+)\]|(?P<any>\[\.\.\.\])")
_NAMES = {
    "str": "text",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
    "datetime": "a date and time",
}
_LENGTH = 80


def _kinds(text: str) -> str:
    kinds = [_NAMES.get(one.strip(), one.strip()) for one in text.split("|")]
    return " or ".join(dict.fromkeys(kinds))


_SENTENCES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"Expected `([^`]+)`, got `([^`]+)`"), lambda m: f"must be {_kinds(m[1])}, not {_kinds(m[2])}"),
    (re.compile(r"Expected `str` of length >= 1"), lambda _: "must not be empty"),
    (re.compile(r"Expected `str` of length <= (\d+)"), lambda m: f"must have at most {m[1]} characters"),
    (re.compile(r"Expected `array` of length <= (\d+)"), lambda m: f"must have at most {m[1]} entries"),
    (re.compile(r"Expected `\w+` >= (\S+)"), lambda m: f"must be at least {m[1]}"),
    (re.compile(r"Expected `\w+` <= (\S+)"), lambda m: f"must be at most {m[1]}"),
    (re.compile(r"Expected `str` matching regex (.*)", re.DOTALL), lambda m: f"must match the pattern {m[1]}"),
    (re.compile(r"Expected `datetime` with a timezone component"), lambda _: "must have a time zone"),
    (re.compile(r"Invalid RFC3339 encoded datetime"), lambda _: "must be a date and time such as 2026-03-01T12:00:00Z"),
    (re.compile(r"Invalid value '?([^']*)'?"), lambda m: f"{m[1]!r} is not one of the values it may have"),
    (re.compile(r"Object missing required field `([^`]+)`"), lambda m: f"`{m[1]}` is missing"),
    (re.compile(r"Object contains unknown field `([^`]+)`"), lambda m: f"`{m[1]}` is not a known field"),
)


def explained(error: Exception, sent: object, entry: Any = None) -> str:
    """Return what is wrong, with the names that were sent: ``metadata.energy.value: must be a number, not an object``.

    Args:
        error: msgspec's, or one that already speaks for itself.
        sent: what was read: its JSON, or plain lists and dictionaries.
        entry: the type of the entries of dictionaries, to tell the wrong one from the others.
    """
    found = _PLACE.match(str(error))
    said = str(error) if found is None else found["said"]
    sentence = next((words(m) for pattern, words in _SENTENCES if (m := pattern.fullmatch(said)) is not None), said)
    place = "" if found is None else _located(found["place"], _read(sent), entry)
    return f"{place}: {sentence}" if place else sentence


def _read(sent: object) -> object:
    if not isinstance(sent, bytes):
        return sent
    try:
        return msgspec.json.decode(sent)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # It was refused before its end was reached.
        return None


def _located(place: str, sent: object, entry: Any) -> str:
    here: Any = sent
    written = ""
    for step in _STEP.finditer(place):
        part: str | int | None = step["name"]
        if step["position"] is not None:
            part = int(step["position"])
        elif step["any"] is not None:
            part = _wrong_entry(here, entry)
        if part is None:
            return written
        written += f"[{part}]" if isinstance(part, int) else f".{part[:_LENGTH]}" if written else part[:_LENGTH]
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
    return written


def _wrong_entry(entries: object, entry: Any) -> str | None:
    """Return the key of the first entry that does not have its form."""
    if not isinstance(entries, dict) or entry is None:
        return None
    for key, value in entries.items():
        try:
            msgspec.convert(value, entry)
        except msgspec.ValidationError:
            return str(key)
    return None
