"""Paths of files as they are catalogued: what a reader may join to the dataset's folder without leaving it.

Nothing is looked up on a disk and nothing is dropped. What would lead elsewhere, or could not be seen, is escaped in
place, so that it is recognised and harmless: ``../../etc/passwd`` becomes ``%2E%2E/%2E%2E/etc/passwd``. The characters
are those of Unicode's categories Cc, Cf, Zl and Zp, of which the bidirectional ones turn text around on a page (UTR 36,
section 2.5, "Trojan Source").
"""

import re

_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_ODD = re.compile(rf"{_HIDDEN.pattern}|^[/~]|[/\\]$|//|(?:^|[/\\])\.\.?(?:[/\\]|$)|^[A-Za-z]:[/\\]")
_PARENT = re.compile(r"(?:(?<=[/\\])|^)\.\.(?=[/\\]|$)")


def visible(text: str) -> str:
    r"""Return text with what cannot be seen, or turns other text around, as ``\u202e``."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def safe_folder(path: str) -> str:
    """Return a folder with segments that lead upwards, and what cannot be seen, escaped; the rest as it was sent."""
    return _PARENT.sub("%2E%2E", visible(path)) if _ODD.search(path) else path


def safe_path(path: str, folder: str = "") -> str:
    """Return the path of a file within a folder.

    Args:
        path: as it was sent; one within the folder becomes relative to it, an address (``s3://…``) stays one.
        folder: the dataset's ``sourceFolder``. Without it an absolute path cannot be judged, and stays absolute.
    """
    if not _ODD.search(path):
        return path
    shown = visible(path)
    if _SCHEME.match(shown):
        return _PARENT.sub("%2E%2E", shown)
    base = folder.rstrip("/")
    absolute = shown.startswith("/")
    if absolute and base and (shown == base or shown.startswith(f"{base}/")):
        shown, absolute = shown[len(base) :], False
    kept = [one for one in shown.split("/") if one not in ("", ".")]
    joined = _PARENT.sub("%2E%2E", "/".join(kept)) or "."
    if absolute:
        return f"/{joined}" if not base else f"%2F{joined}"
    return joined.replace(":", "%3A", 1) if re.match(r"[A-Za-z]:[/\\]", joined) else joined
