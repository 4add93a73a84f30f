"""Reading messages that are not of the schema's form in a part that does not matter for whose scan it is.

What says which scan it is and whose (``kind``, ``pid``, ``sequence``, ``beamline``, ``proposal``, ``start``, ``sent``,
``end``) must be right: it is never guessed. The rest is brought into form where that can be done, and marked where not.
"""

import json
from typing import Any

import msgspec

from beamlore.contract._fitting import fit_entry, fit_file, fit_header, free_key, note_changes
from beamlore.contract._limits import MAX_NAME, MAX_PATH
from beamlore.contract._pid import InvalidPidError
from beamlore.contract._scan import AwareDatetime, File, InvalidMessageError, MetadataValue, ScanMessage
from beamlore.contract._values import plain_text
from beamlore.contract._wording import explained

_ENTRY_FIELDS = ("value", "unit", "name", "source", "group", "available", "reason")


def salvage_message(data: bytes) -> ScanMessage:
    """Return the scan message that the JSON holds, with what is unfit of its metadata, files and texts marked or cut.

    Slower than `decode_message`, for messages which that refuses. Also takes what many encoders write though JSON has
    it not: ``NaN``, and integers of any size.

    Raises:
        InvalidMessageError: it is not JSON, or which scan it is cannot be relied on.
    """
    try:
        fields = json.loads(data.decode("utf-8", "surrogatepass" if b"\xed" in data else "strict"))
    except (ValueError, RecursionError) as error:
        raise InvalidMessageError(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise InvalidMessageError("not a JSON object")
    # None is the same as nothing said, as other languages' encoders write it.
    fields = {name: value for name, value in fields.items() if value is not None}
    missing = [name for name in ("command", "path") if name not in fields]
    fields |= dict.fromkeys(missing, "")
    notes = [f"the {name} is missing" for name in missing] + fit_header(fields)
    metadata = _entries(fields.pop("metadata", {}), notes)
    files = _files(fields.pop("files", []), notes)
    note_changes(metadata, notes)
    try:
        message: ScanMessage = msgspec.convert(fields, ScanMessage, strict=True)
    except (msgspec.ValidationError, InvalidPidError) as error:
        raise InvalidMessageError(explained(error, fields)) from error
    return msgspec.structs.replace(message, metadata=metadata, files=files)


def _entries(given: Any, notes: list[str]) -> dict[str, MetadataValue]:
    if not isinstance(given, dict):
        notes.append("the metadata is not a table of entries")
        return {}
    entries: dict[str, MetadataValue] = {}
    for key, raw in given.items():
        entry = _entry(raw)
        free = free_key(plain_text(key, MAX_PATH), entries)
        if free != key and not entry.name:
            entry = msgspec.structs.replace(entry, name=plain_text(key, MAX_NAME))
        entries[free] = entry
    return entries


def _entry(raw: Any) -> MetadataValue:
    if not isinstance(raw, dict) or not any(name in raw for name in _ENTRY_FIELDS):
        return fit_entry(raw)
    texts = {name: "" if raw.get(name) is None else raw[name] for name in ("unit", "name", "source", "group")}
    return fit_entry(
        MetadataValue(
            raw.get("value"),
            **texts,
            available=raw.get("available") is not False,
            reason=plain_text(raw.get("reason"), MAX_PATH),
        )
    )


def _files(given: Any, notes: list[str]) -> list[File]:
    if not isinstance(given, list):
        notes.append("the files are not a list")
        return []
    files: list[File | None] = []
    for raw in given:
        try:
            files.append(msgspec.convert(raw, File))
        except msgspec.ValidationError:
            files.append(_fitted(raw))
    left_out = files.count(None)
    if left_out:
        notes.append(f"{left_out} files without a path, size or time that can be read were left out")
    return [file for file in files if file is not None]


def _fitted(raw: Any) -> File | None:
    if not isinstance(raw, dict):
        return None
    try:
        time = msgspec.convert(raw.get("time"), AwareDatetime)
    except msgspec.ValidationError:
        return None
    return fit_file(raw.get("path", ""), raw.get("size"), time)
