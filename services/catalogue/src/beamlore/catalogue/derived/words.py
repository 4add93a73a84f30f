"""Words of texts, as they are searched: without regard to case and accents.

Parts at what is neither letter, digit nor underscore, as MongoDB's text index (version 3) does without a language.
"""

import re
import unicodedata

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Return the words of a text, in order."""
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(one for one in parts if not unicodedata.combining(one))
    return _WORD.findall(text.casefold())


def searched(text: str) -> tuple[list[str], list[str]] | None:
    """Return the words one of which must be there, and those that must not, of what somebody searches.

    As MongoDB's ``$text``: a word with a minus before it must not occur. ``None`` where phrases are quoted: words are
    not enough for those.
    """
    if '"' in text:
        return None
    wanted: list[str] = []
    unwanted: list[str] = []
    for part in text.split():
        (unwanted if part.startswith("-") else wanted).extend(words_of(part))
    return wanted, unwanted
