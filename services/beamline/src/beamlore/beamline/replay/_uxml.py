"""The XML that SPEC macros of the APS write in ``#UXML`` lines.

Its form: elements ``group``, ``dataset`` and ``hardlink`` (a link to another element); a group holds these, no text; a
dataset holds text. Source:
the schema of unicat's XML control lines, https://spec2nexus.readthedocs.io ("UXML metadata").
"""

from collections.abc import Sequence
from xml.etree import ElementTree

_OPEN = "<uxml>"


def uxml_problem(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return the first thing wrong with a block of ``#UXML`` lines: which line of the block, and what.

    Args:
        lines: without ``#UXML``.
    """
    text = "\n".join(lines)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        # Never written by a macro; entities could make a small file a huge one.
        return 0, "#UXML holds a document type, which is not read"
    try:
        root = ElementTree.fromstring(f"{_OPEN}{text}</uxml>")  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as error:
        line = min(max(error.position[0] - 1, 0), len(lines) - 1)
        return line, f"#UXML is not well formed: {error}"
    return _group_problem(root, lines)


def _group_problem(group: ElementTree.Element, lines: Sequence[str]) -> tuple[int, str] | None:
    texts = [group.text, *(child.tail for child in group)]
    for text in texts:
        if text and text.strip():
            first = text.strip().splitlines()[0]
            line = next((number for number, raw in enumerate(lines) if first in raw), 0)
            return line, f"#UXML has text where only elements may stand: {first[:80]!r}"
    for child in group:
        if child.tag == "group":
            problem = _group_problem(child, lines)
            if problem is not None:
                return problem
        elif child.tag not in ("dataset", "hardlink"):
            line = next((number for number, raw in enumerate(lines) if f"<{child.tag}" in raw), 0)
            return line, f"#UXML has an element {child.tag!r}; only 'group', 'dataset' and 'hardlink' are known"
    return None
