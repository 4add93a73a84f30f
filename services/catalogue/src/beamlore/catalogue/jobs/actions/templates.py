"""Handlebars templates, with the helpers that SciCat's job configurations use.

Source: handlebarsjs.com, SciCat's documentation of the job configuration (Handlebars helpers).
"""

import base64
import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

import orjson
from pyhandlebars import PyHandlebars, PyHandlebarsError, Template

from beamlore.catalogue.jobs.actions.errors import ActionError, ConfigurationError
from beamlore.catalogue.outgoing import is_marked, mark, marked, unmarked

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_PREFIXES = ("", "k", "M", "G", "T", "P", "E")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_NOTHING = "Not specified"
_STRUCTURE = "\x00"
"""Before JSON that one helper gives to another, as in ``jsonify (job_v3 job)``."""

_UNRESERVED = "-_.!~*'()"
"""What JavaScript's encodeURIComponent leaves as it is, beside letters and digits (ECMA-262)."""


class Rendering:
    """A template that is ready to be filled."""

    def __init__(self, template: "Template[dict[str, Any]]", at: str) -> None:
        self._template = template
        self._at = at

    def __call__(self, values: Mapping[str, Any]) -> str:
        """Return the text, filled in.

        Raises:
            ActionError: the template asks for something that is not there or cannot be done.
        """
        try:
            return str(self._template.format(dict(values)))
        except PyHandlebarsError as error:
            raise ActionError(f"{self._at}: {error}", 500) from error


class Templates:
    """Compiles templates; helpers are those of SciCat."""

    def __init__(self) -> None:
        self._handlebars = PyHandlebars()
        self._numbers = count()
        for name, helper in _HELPERS.items():
            self._handlebars.register_helper(name, _called(helper))

    def compile(self, text: str, at: str) -> Rendering:
        """Return a template.

        Args:
            text: in Handlebars' language.
            at: where it stands in the configuration, for errors.

        Raises:
            ConfigurationError: it is not a template.
        """
        try:
            template: Template[dict[str, Any]] = Template(text, client=self._handlebars, name=f"{next(self._numbers)}")
        except PyHandlebarsError as error:
            raise ConfigurationError(f"{at}: not a Handlebars template: {error}") from error
        return Rendering(template, at)


def _called(helper: Callable[..., Any]) -> Callable[[list[Any], dict[str, Any]], str]:
    """Return a helper as the library calls it: what it gives back is text, of which the empty one counts as false."""

    def call(parameters: list[Any], _: dict[str, Any]) -> str:
        given = [_structure(one) for one in parameters]
        value = helper(*(unmarked(one) for one in given))
        if value is None or value is False:
            return ""
        if isinstance(value, dict | list):
            return f"{_STRUCTURE}{orjson.dumps(marked(value) if is_marked(given) else value).decode()}"
        # What is made of a user's text is one too, unless it is encoded already.
        return mark(_text(value)) if is_marked(given) and helper is not _urlencode else _text(value)

    return call


def _structure(value: Any) -> Any:
    """Return what a helper gave to another, as it was before it became text."""
    if isinstance(value, str) and value.startswith(_STRUCTURE):
        return orjson.loads(value[1:])
    return value


def _urlencode(value: Any = None) -> str:
    return quote(_text(value), safe=_UNRESERVED)


def _true(value: Any) -> bool:
    """Return whether a value counts as true; the texts of a form do as they read."""
    return value.strip().lower() not in ("", "false", "no", "0") if isinstance(value, str) else bool(value)


def _words(name: str) -> str:
    spaced = re.sub(r"([A-Z])", r" \1", str(name))
    return spaced[:1].upper() + spaced[1:]


def _listed(value: Any) -> str:
    """Return a value as HTML; what is text in it is escaped, since templates write this with three braces."""
    match value:
        case None:
            return _NOTHING
        case bool():
            return "Yes" if value else "No"
        case list():
            items = "".join(f"<li style='margin-bottom: 1em'>{_listed(one)}</li>" for one in value)
            return f"<ul style='padding-left: 1em'>{items}</ul>"
        case dict():
            return "<br/>".join(f"{_escaped(_words(key))}: {_listed(member)}" for key, member in value.items())
        case _:
            return _escaped(value)


def _escaped(value: Any) -> str:
    text = str(value)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;")):
        text = text.replace(character, entity)
    return text


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _matches(text: Any, pattern: str, flags: str = "") -> bool:
    return re.search(pattern, _text(text), _flags(flags)) is not None


def _flags(letters: str) -> re.RegexFlag:
    found = re.RegexFlag(0)
    for letter in letters:
        found |= _FLAGS.get(letter, re.RegexFlag(0))
    return found


def _former(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job in the form of v3, for archive systems that know only that one."""
    parameters = job.get("jobParams") or {}
    return {
        "id": job.get("id") or job.get("_id"),
        "emailJobInitiator": job.get("contactEmail"),
        "type": job.get("type"),
        "creationTime": job.get("createdAt"),
        "jobParams": {**parameters, "username": job.get("createdBy")},
        "jobStatusMessage": job.get("statusCode"),
        "datasetList": parameters.get("datasetList") or [],
    }


def _quantity(value: Any, unit: str, digits: int = 2) -> str:
    """Return a quantity with a prefix that makes it short; bytes in powers of 1024."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    prefixes, step = (_BINARY, 1024.0) if unit == "B" else (_PREFIXES, 1000.0)
    size, power = float(value), 0
    while abs(size) >= step and power < len(prefixes) - 1:
        size, power = size / step, power + 1
    # Significant digits, and never fewer than the integer part has.
    shown = f"{size:.{digits}g}" if abs(size) < 10**digits else f"{size:.0f}"
    return f"{shown} {prefixes[power]}{unit}"


_HELPERS: dict[str, Callable[..., Any]] = {
    "unwrapJSON": _listed,
    "keyToWord": _words,
    "or": lambda *values: any(_true(value) for value in values),
    "and": lambda *values: all(_true(value) for value in values),
    "not": lambda value=None: not _true(value),
    "concat": lambda *values: "".join(_text(value) for value in values),
    "matches": _matches,
    "default": lambda value=None, other="": value or other,
    "jsonify": lambda value=None: orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(),
    "job_v3": _former,
    "urlencode": _urlencode,
    "base64enc": lambda value=None: base64.b64encode(_text(value).encode()).decode(),
    "base64dec": lambda value=None: base64.b64decode(_text(value)).decode(errors="replace"),
    "formatUnit": _quantity,
}
