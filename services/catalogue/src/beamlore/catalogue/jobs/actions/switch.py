"""``switch``: other actions, chosen by the value at a path."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from beamlore.catalogue.jobs.actions.action import Action, Context, Options, Tools
from beamlore.catalogue.jobs.actions.errors import ActionError, ConfigurationError
from beamlore.catalogue.jobs.actions.schemas import Place, Schema

_Test: TypeAlias = Callable[[Any], bool]
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "u": re.UNICODE, "g": re.RegexFlag(0)}
_SLASHES = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)


class Case(BaseModel):
    """One case: a value, a ``/regular expression/``, a JSON Schema, or (with none of them) everything else."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: str | int | float | bool | None = None
    regex: str | None = None
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    actions: list[dict[str, Any]]


class SwitchOptions(Options):
    """Where to look, when, and the cases in the order they are tried."""

    phase: Literal["validate", "perform", "all"]
    property: str
    cases: list[Case]


class SwitchAction:
    """Chooses."""

    kind: ClassVar[str] = "switch"

    def __init__(self, options: SwitchOptions, tools: Tools, at: str) -> None:
        self._phase = options.phase
        self._place = Place(options.property, f"{at}.property")
        self._cases: list[tuple[_Test, Sequence[Action]]] = []
        for number, case in enumerate(options.cases):
            here = f"{at}.cases[{number}]"
            actions = [tools.build(one, tools, f"{here}.actions[{place}]") for place, one in enumerate(case.actions)]
            self._cases.append((_test(case, options.property, here), actions))

    async def check(self, context: Context) -> None:
        """Let the chosen actions check.

        Raises:
            ActionError: one of them refuses, or the value to choose by is not a single one.
        """
        if self._phase in ("validate", "all"):
            for action in self._chosen(context.plain):
                await action.check(context)

    async def act(self, context: Context) -> None:
        """Let the chosen actions act, one after the other.

        Raises:
            ActionError: one of them could not, or the value to choose by is not a single one.
        """
        for action in self._chosen(context.plain):
            await action.act(context)

    def acts(self) -> bool:
        """Return whether any case has something to do."""
        return self._phase in ("perform", "all") and any(one.acts() for _, actions in self._cases for one in actions)

    def reaches_out(self) -> bool:
        """Return whether any case has something leave the catalogue."""
        return any(one.reaches_out() for _, actions in self._cases for one in actions)

    def _chosen(self, values: Mapping[str, Any]) -> Sequence[Action]:
        found: list[Any] = []
        for value in self._place.values(values):
            if not any(_same(value, other) for other in found):
                found.append(value)
        if len(found) > 1:
            raise ActionError(f"Ambiguous value for '{self._place.path}' ({len(found)} distinct results).")
        value = found[0] if found else None
        return next((actions for holds, actions in self._cases if holds(value)), ())


def _test(case: Case, name: str, at: str) -> _Test:
    given = case.model_fields_set & {"match", "regex", "schema_"}
    if len(given) > 1:
        raise ConfigurationError(f"{at}: has one of match, regex and schema")
    if case.schema_ is not None:
        return Schema(case.schema_, f"{at}.schema").holds
    if case.regex is not None:
        return _matching(case.regex, name, at)
    if "match" in given:
        return lambda value: _same(value, case.match)
    return lambda _: True


def _matching(text: str, name: str, at: str) -> _Test:
    parts = _SLASHES.fullmatch(text)
    if parts is None or not set(parts[2]) <= set(_FLAGS):
        raise ConfigurationError(f"{at}.regex: is written as /expression/, with flags behind it; not {text!r}")
    flags = re.RegexFlag(0)
    for letter in parts[2]:
        flags |= _FLAGS[letter]
    try:
        pattern = re.compile(parts[1], flags)
    except re.error as error:
        raise ConfigurationError(f"{at}.regex: {error}") from error

    def holds(value: Any) -> bool:
        if not isinstance(value, str):
            raise ActionError(f"Property {name} was expected to be a string. Got {value}")
        return pattern.search(value) is not None

    return holds


def _same(value: Any, other: Any) -> bool:
    """Return whether two JSON values are equal; true and 1 are not, 1 and "1" are, as SciCat's cases compare."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, str) != isinstance(other, str) and isinstance(value, str | int | float):
        return other is not None and str(value) == str(other)
    return bool(value == other)
