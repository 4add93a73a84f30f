"""Whatever an instrument gives, a message of the schema's form comes of it."""

import decimal
import enum
import fractions
import math
import pathlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.contract import (
    MAX_TEXT,
    File,
    MetadataValue,
    ScanFinished,
    decode_message,
    encode_message,
    fit_count,
    fit_entry,
    fit_metadata,
    shrink_message,
)

START = datetime(2026, 11, 21, 10, tzinfo=UTC)


class Shutter(enum.Enum):
    OPEN = 1


class Gain(enum.IntEnum):
    HIGH = 3


class Broken:
    """Fails at everything."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    def __float__(self) -> float:
        raise RuntimeError("no number")


class Treacherous:
    """Fails at being looked at."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no attribute")


class Counter:
    def __index__(self) -> int:
        return 7


class Reading:
    def __float__(self) -> float:
        return 7.5


def circular() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def generated() -> Iterator[int]:
    while True:
        yield 1


CONVERTED = [
    (np.int64(5), 5),
    (np.uint64(2**64 - 1), float(2**64 - 1)),
    (np.float32(0.5), 0.5),
    (np.bool_(True), True),
    (np.str_("Fe"), "Fe"),
    (np.array(7.0), 7.0),
    (np.array([1, 2]), [1, 2]),
    (np.array([1.0, math.nan, math.inf]), [1.0, None, None]),
    (np.array(["a", 1, None], dtype=object), ["a", 1, None]),
    (np.array([np.float64(1)], dtype=object), [1.0]),
    (np.datetime64("2026-11-21T10:00:00.123456789"), "2026-11-21T10:00:00.123456789"),
    (np.array(["2026-11-21"], dtype="datetime64[D]"), ["2026-11-21"]),
    (decimal.Decimal("1.25"), 1.25),
    (decimal.Decimal("3"), 3),
    (fractions.Fraction(1, 4), 0.25),
    (1 + 2j, "1+2j"),
    (pathlib.PurePosixPath("/data/a.h5"), "/data/a.h5"),
    (datetime(2026, 11, 21, 10, tzinfo=UTC), "2026-11-21T10:00:00+00:00"),
    (date(2026, 11, 21), "2026-11-21"),
    (timedelta(minutes=1), 60.0),
    (Shutter.OPEN, "OPEN"),
    (Gain.HIGH, "HIGH"),
    ([Shutter.OPEN, Gain.HIGH], ["OPEN", "HIGH"]),
    (b"Fe foil", "Fe foil"),
    (b"\xb5m", "µm"),
    ({3, 1, 2}, [1, 2, 3]),
    ((1, 2), [1, 2]),
    (Counter(), 7),
    (Reading(), 7.5),
    (2**63, float(2**63)),
    ([2**70], [float(2**70)]),
    ("\ud800x", "\ufffd\ufffd\ufffdx"),
    ("a\0b", "a\0b"),
    (pint.UnitRegistry().Quantity(3, "mm"), 3),
]

UNFIT = [
    *(math.nan, math.inf, None, np.float64("nan"), decimal.Decimal("NaN"), 10**400, complex(math.nan, 0)),
    *([[1, 2], [3, 4]], np.zeros((2, 2)), np.zeros(7_000_000), list(range(1001)), {"a": 1}, circular(), Broken()),
    *(generated(), object(), np.datetime64("NaT"), len, [object()], [{"a": 1}]),
]


@pytest.mark.parametrize(("raw", "value"), CONVERTED, ids=lambda one: type(one).__name__)
def test_value_is_converted(raw: object, value: object) -> None:
    entry = fit_entry(raw)
    assert entry.available
    assert entry.value == value
    assert type(entry.value) is type(value)


@pytest.mark.parametrize("raw", UNFIT, ids=lambda one: type(one).__name__)
def test_unfit_value_is_unavailable_with_its_reason(raw: object) -> None:
    entry = fit_entry(raw)
    if isinstance(raw, list) and len(raw) == 1 and isinstance(raw[0], object) and type(raw[0]) is object:
        assert entry.value == [None]
    else:
        assert (entry.value, entry.available) == (None, False)
    assert entry.reason


def test_object_that_fails_at_being_looked_at_is_unavailable() -> None:
    assert fit_entry(Treacherous()).reason == "reading a value of kind Treacherous failed: RuntimeError"
    assert fit_metadata(Treacherous())["metadata"].available is False


def test_nan_is_unavailable_as_not_a_number() -> None:
    assert fit_entry(math.nan).reason == "not a number"


def test_quantity_brings_its_unit() -> None:
    assert fit_entry(pint.UnitRegistry().Quantity([1.0, 2.0], "mm")).unit == "millimeter"
    assert fit_entry(timedelta(seconds=3)).unit == "s"


def test_what_is_too_long_is_cut_with_a_note() -> None:
    entry = fit_entry(MetadataValue("x" * 20_000, unit="u" * 65, name="n" * 300))
    assert entry.available
    assert (len(str(entry.value)), len(entry.unit), len(entry.name)) == (MAX_TEXT, 64, 256)
    for said in ("20000 characters", "unit was cut", "name was cut"):
        assert said in entry.reason


def test_keys_are_made_such_that_the_database_takes_them() -> None:
    fitted = fit_metadata({"a.b": 1, "a_b": 2, "$where": 3, "": 4, "n\0": 5, "k" * 300: 6, 7: 8, Broken(): 9})
    assert list(fitted) == ["a_b", "a_b_2", "_where", "unnamed", "n_", "k" * 256, "7", "(Broken without a text)"]
    assert [entry.value for entry in fitted.values()] == [1, 2, 3, 4, 5, 6, 8, 9]
    assert fitted["a_b"].name == "a.b"


@pytest.mark.parametrize("given", [Broken(), 5, "text", [1, 2], [("a", 1)], None])
def test_metadata_that_is_no_mapping_costs_nothing_else(given: object) -> None:
    assert all(isinstance(entry, MetadataValue) for entry in fit_metadata(given).values())


def test_counts() -> None:
    given = [np.int64(5), 5.0, "5", True, -1, 2**60, math.nan, None, Broken()]
    assert [fit_count(one) for one in given] == [5, 5, None, None, None, None, None, None, None]


anything = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=300)),
        *(st.binary(max_size=40), st.decimals(), st.fractions(), st.complex_numbers(), st.datetimes(), st.timedeltas()),
        *(st.sampled_from([Shutter.OPEN, Broken(), object(), circular(), np.zeros(3), np.array(None)]), st.uuids()),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=10,
)


@given(st.dictionaries(st.one_of(st.text(st.characters(), max_size=300), st.integers()), anything, max_size=8))
def test_any_metadata_makes_a_message_of_the_schemas_form(metadata: dict[Any, Any]) -> None:
    message = _message(metadata=fit_metadata(metadata))
    assert decode_message(encode_message(message)) == message


@given(anything, anything, anything)
def test_any_entry_is_brought_into_form(value: Any, unit: Any, name: Any) -> None:
    message = _message(metadata={"k": fit_entry(MetadataValue(value, unit=unit, name=name))})
    assert decode_message(encode_message(message)) == message


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": {f"k{number}": MetadataValue(number, name="a name") for number in range(100_000)}},
        {"metadata": {"large": MetadataValue("x" * 50_000_000), "small": MetadataValue(1)}},
        {"files": [File(f"{number:06}.h5", 1, START) for number in range(100_000)]},
        {"metadata": {f"k{n}": MetadataValue("y" * 300) for n in range(5000)}, "files": [File("a", 1, START)] * 9000},
    ],
    ids=["100,000 entries", "50 MB", "100,000 files", "both"],
)
def test_message_that_is_too_large_is_shrunk_until_it_fits(fields: dict[str, Any]) -> None:
    message = _message(**fields)
    shrunk = shrink_message(message, 1_000_000)
    encoded = encode_message(shrunk)
    assert len(encoded) <= 1_000_000
    assert len(encoded) > 500_000 or "small" in message.metadata
    assert decode_message(encoded) == shrunk
    marked = [entry for entry in shrunk.metadata.values() if not entry.available]
    assert marked
    assert all("bytes, and at most 1000000 are sent" in entry.reason for entry in marked)
    if "small" in message.metadata:
        assert shrunk.metadata["small"].value == 1


def _message(**fields: Any) -> ScanFinished:
    return ScanFinished(
        pid="test/1",
        sequence=2,
        beamline="balder",
        proposal="20260101",
        command="ascan",
        start=START,
        path="/data",
        sent=START,
        end=START,
        **fields,
    )
