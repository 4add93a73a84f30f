"""Tables as bytes, a batch of documents at a time: CSV, NDJSON, Parquet. They run in a thread, not on the loop."""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import orjson

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.exports.columns import Column
from beamlore.catalogue.originals.shape import as_sent

Format: TypeAlias = Literal["csv", "ndjson", "parquet"]
Documents: TypeAlias = Sequence[dict[str, Any]]
_ROW_GROUP = 4_000
_GROUP_BYTES = 32 * 2**20
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV Injection), also in full width."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class TableWriter(Protocol):
    """Turns documents into the bytes of a file, in order."""

    media_type: ClassVar[str]

    def rows(self, documents: Documents) -> bytes:
        """Return the bytes that these documents add to the file; may be none yet."""
        ...

    def end(self) -> bytes:
        """Return the last bytes of the file."""
        ...


class NdjsonWriter:
    """A dataset as it was sent in each line (https://github.com/ndjson/ndjson-spec)."""

    media_type: ClassVar[str] = "application/x-ndjson"

    def rows(self, documents: Documents) -> bytes:
        """Return their lines."""
        return b"".join(to_json(as_sent(document)) + b"\n" for document in documents)

    def end(self) -> bytes:
        """Return nothing: each line stands by itself."""
        return b""


class CsvWriter:
    """RFC 4180, UTF-8, with a line of names. Lists and objects are JSON; nothing is an empty cell."""

    media_type: ClassVar[str] = "text/csv; charset=utf-8; header=present"

    def __init__(self, columns: Sequence[Column], *, spreadsheet: bool) -> None:
        """Prepare a table.

        Args:
            columns: its columns.
            spreadsheet: whether text that a spreadsheet would calculate gets an apostrophe before it.
        """
        self._columns = columns
        self._spreadsheet = spreadsheet
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow([self._safe(column.name) for column in columns])

    def rows(self, documents: Documents) -> bytes:
        """Return their lines, the first time after the line of names."""
        for document in documents:
            self._writer.writerow([self._cell(column, document) for column in self._columns])
        return self._taken()

    def end(self) -> bytes:
        """Return the line of names where there was no row."""
        return self._taken()

    def _taken(self) -> bytes:
        taken = self._text.getvalue().encode()
        self._text.seek(0)
        self._text.truncate()
        return taken

    def _cell(self, column: Column, document: Mapping[str, Any]) -> str:
        value = column.read(document)
        if value is None:
            return ""
        if isinstance(value, float) and not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        if isinstance(value, str):
            return self._safe(value)
        written = to_json(value).decode()
        # Dates and identifiers are text in JSON.
        return self._safe(orjson.loads(written)) if written.startswith('"') else written

    def _safe(self, text: str) -> str:
        if not self._spreadsheet or not _FORMULA.match(text) or _NUMBER.fullmatch(text):
            return text
        return f"'{text}"


class ParquetWriter:
    """Apache Parquet, compressed, in groups of some thousand rows."""

    media_type: ClassVar[str] = "application/vnd.apache.parquet"

    def __init__(self, columns: Sequence[Column]) -> None:
        """Prepare a table. The library is loaded now: it takes memory that other requests never need."""
        import pyarrow
        from pyarrow import parquet

        kinds = {
            "text": pyarrow.string(),
            "count": pyarrow.int64(),
            "integer": pyarrow.int64(),
            "number": pyarrow.float64(),
            "flag": pyarrow.bool_(),
            "date": pyarrow.timestamp("ms", tz="UTC"),
            "texts": pyarrow.list_(pyarrow.string()),
            "json": pyarrow.string(),
        }
        self._arrow = pyarrow
        self._columns = columns
        self._schema = pyarrow.schema([(column.name, kinds[column.kind]) for column in columns])
        self._sink = _Sink()
        self._writer = parquet.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._batches: list[Any] = []
        self._waiting = 0
        self._bytes = 0

    def rows(self, documents: Documents) -> bytes:
        """Return a group of rows whenever there are enough for one, or they take much memory."""
        arrays = [
            self._arrow.array([column.value(document) for document in documents], type=field.type)
            for column, field in zip(self._columns, self._schema, strict=True)
        ]
        self._batches.append(self._arrow.record_batch(arrays, schema=self._schema))
        self._waiting += len(documents)
        self._bytes += self._batches[-1].nbytes
        if self._waiting >= _ROW_GROUP or self._bytes >= _GROUP_BYTES:
            self._write()
        return self._sink.taken()

    def end(self) -> bytes:
        """Return the last group and the footer."""
        self._write()
        self._writer.close()
        return self._sink.taken()

    def _write(self) -> None:
        if self._batches:
            self._writer.write_table(self._arrow.Table.from_batches(self._batches, schema=self._schema))
        self._batches.clear()
        self._waiting = self._bytes = 0


class _Sink(io.RawIOBase):
    """Takes what is written and gives it on, counting."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written so far."""
        return self._position

    def write(self, data: Any) -> int:
        """Take bytes."""
        self._parts.append(bytes(data))
        self._position += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
