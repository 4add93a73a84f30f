"""Regular expressions of callers: taken only where matching them cannot run away.

A quantifier without bound inside a group that is itself repeated makes matching exponential (OWASP, "Regular
expression Denial of Service"); back-references and look-arounds are refused with them.
"""

import re

from beamlore.catalogue.filters.errors import FilterError

PATTERN_LENGTH = 256
_REPEAT = re.compile(r"[*+]|\{(\d*)(?:(,)(\d*))?\}")
_LARGEST_REPEAT = 1000


def checked_pattern(pattern: object, at: str) -> str:
    """Return the pattern.

    Raises:
        FilterError: it is not text, too long, malformed, or could make the database work without end.
    """
    if not isinstance(pattern, str):
        raise FilterError(at, "a regular expression is text")
    if len(pattern) > PATTERN_LENGTH or "\x00" in pattern:
        raise FilterError(at, f"a regular expression has at most {PATTERN_LENGTH} characters, none of them NUL")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise FilterError(at, f"not a regular expression: {error}") from error
    _refuse_runaway(pattern, at)
    return pattern


def checked_options(options: object, at: str) -> str:
    """Return the options of a regular expression: some of ``i``, ``m``, ``s``, ``x``.

    Raises:
        FilterError: they are others.
    """
    if not isinstance(options, str) or not set(options) <= set("imsx"):
        raise FilterError(at, "options are some of the letters i, m, s, x")
    return "".join(sorted(set(options)))


def _refuse_runaway(pattern: str, at: str) -> None:
    open_groups: list[bool] = []
    unbounded_inside = False
    closed_unbounded = False
    position = 0
    while position < len(pattern):
        character = pattern[position]
        closes = False
        if character == "\\":
            if pattern[position + 1 : position + 2].isdigit() or pattern[position + 1 : position + 2] in ("k", "g"):
                raise FilterError(at, "back-references are not taken")
            position += 2
            closed_unbounded = False
            continue
        if character == "[":
            position = _end_of_class(pattern, position)
            closed_unbounded = False
            continue
        if character == "(":
            if pattern[position + 1 : position + 2] == "?" and pattern[position + 2 : position + 3] not in (":", "i"):
                raise FilterError(at, "of the extensions '(?…)' only '(?:' and '(?i)' are taken")
            open_groups.append(unbounded_inside)
            unbounded_inside = False
        elif character == ")":
            closed_unbounded, closes = unbounded_inside, True
            unbounded_inside = unbounded_inside or (open_groups.pop() if open_groups else False)
        elif (repeat := _REPEAT.match(pattern, position)) is not None:
            if closed_unbounded:
                raise FilterError(at, "a repetition inside a repeated group is not taken")
            if any(bound and int(bound) > _LARGEST_REPEAT for bound in (repeat[1], repeat[3])):
                raise FilterError(at, f"a repetition has at most {_LARGEST_REPEAT} rounds")
            unbounded_inside = True
            position = repeat.end()
            closed_unbounded = False
            continue
        if not closes:
            closed_unbounded = False
        position += 1


def _end_of_class(pattern: str, start: int) -> int:
    position = start + 1
    if pattern[position : position + 1] == "^":
        position += 1
    position += 1  # a bracket at the first place stands for itself
    while position < len(pattern) and pattern[position] != "]":
        position += 2 if pattern[position] == "\\" else 1
    return position + 1
