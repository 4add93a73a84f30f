"""Bringing what an instrument says into the message's form, entry by entry: no part of it costs the whole scan."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from beamlore.contract._limits import (
    MAX_ABORT_REASON,
    MAX_COMMAND,
    MAX_COUNT,
    MAX_GROUP,
    MAX_NAME,
    MAX_PATH,
    MAX_REASON,
    MAX_SOURCE,
    MAX_UNIT,
)
from beamlore.contract._scan import File, MetadataValue, ScanMessage, encode_message
from beamlore.contract._values import Plain, UnfitValueError, plain_text, plain_value

LEFT_OUT = "left_out"
"""Metadata key under which a message says what it had no room for."""

_CHANGES = "message_notes"
_TEXTS = {"command": MAX_COMMAND, "path": MAX_PATH, "sample": MAX_NAME, "reason": MAX_ABORT_REASON}
_COUNTS = ("number", "points", "points_planned", "pointsPlanned")
_LONGEST_NOTED = 1_000_000
_FIELDS = {"unit": MAX_UNIT, "name": MAX_NAME, "source": MAX_SOURCE, "group": MAX_GROUP}
_FORBIDDEN = re.compile(r"[.\x00]")
_SMALL_ENTRY = 400
_NOTE_BYTES = 600


def fit_entry(raw: object, **texts: object) -> MetadataValue:
    """Return a metadata entry of the message's form, whatever is given for it.

    What can be converted is converted; what had to be shortened or changed is said in ``reason``; what cannot be
    recorded is unavailable, with its reason.

    Args:
        raw: a `MetadataValue`, or a bare value.
        texts: ``unit``, ``name``, ``source`` and ``group`` where ``raw`` has none.
    """
    given = {name: getattr(raw, name) for name in _FIELDS} if isinstance(raw, MetadataValue) else texts
    reasons = [plain_text(raw.reason, MAX_REASON)] if isinstance(raw, MetadataValue) and raw.reason else []
    value = raw.value if isinstance(raw, MetadataValue) else raw
    available = not isinstance(raw, MetadataValue) or raw.available is not False
    plain: Plain | None = None
    if available:
        try:
            plain = plain_value(value)
        except UnfitValueError as error:
            reasons.append(str(error))
    if plain is not None and plain.note:
        reasons.append(plain.note)
    fitted = {}
    for name, limit in _FIELDS.items():
        said = given.get(name)
        # Not by its truth: a device may give an array where a text belongs.
        if said is None or (isinstance(said, str) and not said):
            said = plain.unit if plain and name == "unit" else ""
        text = plain_text(said, MAX_PATH)
        if len(text) > limit:
            reasons.append(f"the {name} was cut to {limit} characters")
        fitted[name] = text[:limit]
    return MetadataValue(
        value=None if plain is None else plain.value,
        available=plain is not None,
        reason=" ".join("; ".join(reasons).split())[:MAX_REASON],
        **fitted,
    )


def fit_metadata(given: object) -> dict[str, MetadataValue]:
    """Return metadata of the message's form: keys that MongoDB allows, each once, and entries by `fit_entry`.

    A bare value has no unit, and its key as its name.
    """
    try:
        pairs = list(given.items() if isinstance(given, Mapping) else given or ())  # type: ignore[call-overload]
        pairs = [(key, value) for key, value in pairs]
    except Exception as error:
        # The mapping is somebody else's.
        return {"metadata": fit_entry(_unreadable(f"the metadata cannot be read: {type(error).__name__}"))}
    fitted: dict[str, MetadataValue] = {}
    for key, value in pairs:
        name = plain_text(key, MAX_PATH)
        free = free_key(name, fitted)
        entry = fit_entry(value, name=name[:MAX_NAME])
        if free != name and not entry.name:
            entry = msgspec.structs.replace(entry, name=name[:MAX_NAME])
        fitted[free] = entry
    return fitted


def fit_header(fields: dict[str, Any]) -> list[str]:
    """Bring those fields of a message's header into form that do not say whose scan it is; return what was changed."""
    notes = []
    for name, limit in _TEXTS.items():
        if name in fields:
            text = plain_text(fields[name], _LONGEST_NOTED)
            fields[name] = text[:limit]
            if len(text) > limit:
                notes.append(f"the {name} was cut to {limit} characters")
    for name in _COUNTS:
        if (given := fields.get(name)) is not None:
            count = fit_count(given)
            if count is None:
                del fields[name]
                notes.append(f"the {name} is not a count")
            else:
                fields[name] = count
    return notes


def note_changes(metadata: dict[str, MetadataValue], notes: Sequence[str]) -> None:
    """Enter what was changed of a message into its metadata."""
    if notes:
        text = "; ".join(dict.fromkeys(notes))
        metadata[free_key(_CHANGES, metadata)] = fit_entry(text, name="Changed in the message", group="Scan")


def free_key(name: str, taken: Mapping[str, object]) -> str:
    """Return a key that MongoDB allows as a field's name and that is not taken: ``_2``, ``_3`` is added where it is."""
    key = _FORBIDDEN.sub("_", name)[:MAX_NAME] or "unnamed"
    if key.startswith("$"):
        key = f"_{key[1:]}"
    candidate, count = key, 1
    while candidate in taken:
        count += 1
        suffix = f"_{count}"
        candidate = f"{key[: MAX_NAME - len(suffix)]}{suffix}"
    return candidate


def fit_count(raw: object) -> int | None:
    """Return a number of points and the like, ``None`` where it is none."""
    try:
        value = plain_value(raw).value
        count = None if isinstance(value, bool | str | list) else int(value)
    except (UnfitValueError, ValueError, OverflowError):
        return None
    return count if count is not None and 0 <= count <= MAX_COUNT else None


def fit_moment(raw: object) -> datetime | None:
    """Return a moment with its zone, a local one where it has none; ``None`` where it is no moment."""
    try:
        return raw.astimezone() if isinstance(raw, datetime) and raw.tzinfo is None else _moment(raw)
    except (ValueError, OverflowError, OSError):
        return None


def shrink_message(message: ScanMessage, max_bytes: int) -> ScanMessage:
    """Return the message with as much metadata and as many files as fit into this size.

    The largest values are left out first, and their entries say so; then entries, the last first, and files, and the
    entry ``left_out`` says how many.
    """
    size = len(encode_message(message))
    if size <= max_bytes:
        return message
    metadata = _without_large_values(message.metadata, size - max_bytes, size, max_bytes)
    message = _with(message, metadata=metadata)
    if len(encode_message(message)) <= max_bytes:
        return message
    bare = _with(message, metadata={}, files=[])
    room = max_bytes - len(encode_message(bare)) - _NOTE_BYTES
    kept, used = _first_that_fit({key: (key, entry) for key, entry in metadata.items()}, room)
    files, _ = _first_that_fit(dict(enumerate(message.files)), room - used)
    note = (
        f"{len(metadata) - len(kept)} entries and {len(message.files) - len(files)} files were left out: "
        f"the message had {size} bytes, and at most {max_bytes} are sent"
    )
    entries = {key: metadata[key] for key in kept}
    entries[LEFT_OUT] = fit_entry(_unreadable(note), name="Left out")
    return _with(bare, metadata=entries, files=[message.files[number] for number in files])


def _without_large_values(
    metadata: dict[str, MetadataValue], surplus: int, size: int, max_bytes: int
) -> dict[str, MetadataValue]:
    sizes = {key: len(msgspec.json.encode(entry)) for key, entry in metadata.items()}
    smaller = dict(metadata)
    for key in sorted(sizes, key=lambda key: sizes[key], reverse=True):
        if surplus <= 0 or sizes[key] < _SMALL_ENTRY:
            break
        reason = f"too large: the message had {size} bytes, and at most {max_bytes} are sent"
        smaller[key] = msgspec.structs.replace(metadata[key], value=None, available=False, reason=reason)
        surplus -= sizes[key] - len(msgspec.json.encode(smaller[key]))
    return smaller


def _first_that_fit(parts: Mapping[Any, object], room: int) -> tuple[list[Any], int]:
    used = 0
    kept = []
    for key, part in parts.items():
        size = len(msgspec.json.encode(part)) + 1
        if used + size > room:
            break
        used += size
        kept.append(key)
    return kept, used


def _with(message: ScanMessage, **fields: Any) -> ScanMessage:
    changed: ScanMessage = msgspec.structs.replace(message, **fields)
    return changed


def _unreadable(reason: str) -> MetadataValue:
    return MetadataValue(None, available=False, reason=reason[:MAX_REASON])


def _moment(raw: object) -> datetime | None:
    if not isinstance(raw, datetime):
        return None
    raw.isoformat()
    return raw if raw.utcoffset() is not None else None


def fit_file(path: object, size: object, time: object) -> File | None:
    """Return a file of the message's form, ``None`` where it has no path, size or time that can be said."""
    text = plain_text(path, MAX_PATH + 1)
    count, moment = fit_count(size), fit_moment(time)
    if not text or len(text) > MAX_PATH or count is None or moment is None:
        return None
    return File(text, count, moment)
