from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from beamlore.contract import File, MetadataValue, ScanAborted, ScanFinished, ScanMessage, ScanStarted, ScanUpdated

INT64 = st.integers(-(2**63), 2**63 - 1)
COUNTS = st.integers(0, 2**53)
TEXT = st.text(max_size=40)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5, minutes=-30))])
TIMES = st.datetimes(timezones=ZONES)
SCALARS = st.booleans() | INT64 | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = SCALARS | st.none() | st.lists(SCALARS | st.none(), max_size=5)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}", fullmatch=True)
KEYS = st.text(min_size=1, max_size=20).filter(lambda key: not key.startswith("$") and not {".", "\0"} & set(key))


def messages() -> st.SearchStrategy[ScanMessage]:
    header = {
        "pid": st.builds("{}/{}".format, NAMES, NAMES),
        "sequence": COUNTS,
        "beamline": st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True),
        "proposal": st.text(min_size=1, max_size=40),
        "command": TEXT,
        "start": TIMES,
        "path": TEXT,
        "sent": TIMES,
        "number": st.none() | COUNTS,
        "sample": TEXT,
        "points": st.none() | COUNTS,
        "points_planned": st.none() | COUNTS,
        "metadata": st.dictionaries(
            KEYS,
            st.builds(MetadataValue, VALUES, TEXT, TEXT, TEXT, TEXT, st.booleans(), TEXT),
            max_size=5,
        ),
        "files": st.lists(st.builds(File, st.text(min_size=1, max_size=40), COUNTS, TIMES), max_size=3),
    }
    return st.one_of(
        st.builds(ScanStarted, **header),
        st.builds(ScanUpdated, **header),
        st.builds(ScanFinished, **header, end=TIMES),
        st.builds(ScanAborted, **header, end=TIMES, reason=TEXT),
    )


MESSAGES = messages()


@pytest.fixture(scope="session")
def any_message() -> st.SearchStrategy[ScanMessage]:
    """Any valid message."""
    return MESSAGES


@pytest.fixture
def message_json() -> Callable[..., bytes]:
    """A valid message as JSON, with fields changed, added, or (given as None) left out."""

    def build(**changes: Any) -> bytes:
        fields: dict[str, Any] = {
            "kind": "started",
            "pid": "20.500.1/scan-1",
            "sequence": 1,
            "beamline": "balder",
            "proposal": "20260101",
            "command": "ascan mot01 0 1 10 0.1",
            "start": "2026-11-21T10:00:00Z",
            "path": "/data/1",
            "sent": "2026-11-21T10:00:01+01:00",
        }
        fields |= changes
        return msgspec.json.encode({name: value for name, value in fields.items() if value is not None})

    return build
