"""Words of texts, as they are searched: the only place that knows what a word is.

A text is cut at everything that is neither letter nor digit, underscores included, without regard to case and accents.
A word of letters and digits (``300K``, ``H2O``) is also found by its runs of either; one of many runs is a hash or a
UUID, and found as a whole only. Scripts that write no blanks (Chinese, Japanese, Korean) are cut into single characters
and pairs of neighbours, so that any part of a text is found.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"\d+|[^\W\d_]+")
_MOST_RUNS = 4
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_PART = re.compile(f"([{_UNSPACED}]+)|[^{_UNSPACED}]+")
_VOICED = "\u3099\u309a"
"""Marks that make another letter of a Japanese one: no accents."""

_FOLDED = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that Unicode does not decompose, as they are typed on a keyboard without them."""

_QUOTED = re.compile(r'(-?)"([^"]*)"?|(\S+)')


def words_of(text: str) -> list[str]:
    """Return the words a text is found by."""
    found: list[str] = []
    for word in _WORD.findall(_folded(text)):
        for part, unspaced in _parts(word):
            if unspaced:
                found += [*part, *_pairs(part)]
                continue
            found.append(part)
            if not (part.isalpha() or part.isdecimal()):
                runs = _RUN.findall(part)
                found += runs if 1 < len(runs) <= _MOST_RUNS else ()
    return found


@dataclass(frozen=True)
class Sought:
    """What somebody searches: each is words that must all be there."""

    wanted: tuple[tuple[str, ...], ...]
    """One of these must be there, where nothing is required."""

    required: tuple[tuple[str, ...], ...] = ()
    unwanted: tuple[tuple[str, ...], ...] = ()

    def matches(self, words: Collection[str]) -> bool:
        """Return whether a text of these words is found."""
        if any(_all(one, words) for one in self.unwanted):
            return False
        if self.required:
            return all(_all(one, words) for one in self.required)
        return any(_all(one, words) for one in self.wanted)


def searched(text: str) -> Sought:
    """Return what a text that somebody typed searches for.

    As MongoDB's ``$text``: one of the words between blanks must be there; one with a minus before it must not; what is
    quoted must. Unlike there, of what is written without a blank (``20210906-46``, ``in-situ``) all words must be
    there, and the words of a quotation may stand in any order.
    """
    wanted: list[tuple[str, ...]] = []
    required: list[tuple[str, ...]] = []
    unwanted: list[tuple[str, ...]] = []
    for minus, quoted, plain in _QUOTED.findall(text):
        kind = unwanted if minus or plain.startswith("-") else wanted if plain else required
        if words := tuple(dict.fromkeys(_looked_for(quoted or plain))):
            kind.append(words)
    return Sought(tuple(wanted), tuple(required), tuple(unwanted))


def _looked_for(text: str) -> Iterator[str]:
    """Yield the words that must all be there for a text to be found."""
    for word in _WORD.findall(_folded(text)):
        for part, unspaced in _parts(word):
            yield from _pairs(part) if unspaced and len(part) > 1 else (part,)


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    plain = "".join(one for one in parts if one in _VOICED or not unicodedata.combining(one))
    return unicodedata.normalize("NFKC", plain).casefold().translate(_FOLDED)


def _parts(word: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a word, and whether each is of a script without blanks."""
    if word.isascii():
        yield word, False
        return
    for part in _PART.finditer(word):
        yield part[0], part[1] is not None


def _pairs(text: str) -> list[str]:
    return [text[place : place + 2] for place in range(len(text) - 1)]


def _all(words: tuple[str, ...], there: Collection[str]) -> bool:
    return all(one in there for one in words)
