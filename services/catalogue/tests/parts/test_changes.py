"""The precondition of a change."""

from datetime import UTC, datetime

import pytest

from beamlore.catalogue.parts.changes import not_later
from beamlore.core import BadRequestError


@pytest.mark.parametrize(
    ("header", "condition"),
    [
        (None, {}),
        # As exact as a second: what was changed in that second counts as not changed since.
        ("Sun, 01 Mar 2026 12:00:00 GMT", {"updatedAt": {"$lt": datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)}}),
        ("2026-03-01T12:00:00.250Z", {"updatedAt": {"$lte": datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)}}),
        ("2026-03-01T12:00:00", {"updatedAt": {"$lte": datetime(2026, 3, 1, 12, tzinfo=UTC)}}),
    ],
)
def test_dates_are_as_exact_as_they_are_written(header: str | None, condition: dict[str, object]) -> None:
    assert not_later(header) == condition


@pytest.mark.parametrize("header", ["yesterday", "Sun, 99 Mar", "", "2026-13-01"])
def test_what_is_no_date_is_refused(header: str) -> None:
    with pytest.raises(BadRequestError, match="If-Unmodified-Since"):
        not_later(header)
