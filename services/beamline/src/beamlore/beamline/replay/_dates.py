"""When a SPEC scan was made.

SPEC writes dates as C's ``ctime`` does, local time without a zone (``#D Mon Oct 20 17:05:28 2014``); Sardana writes
seconds since 1970. A file's ``#E`` line holds the seconds since 1970 of the file's own ``#D`` line: their difference is
the zone of the clock that wrote it.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_CTIME = "%a %b %d %H:%M:%S %Y"
_CTIME_IN_TEXT = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}")
_QUARTER = 15 * 60
_WIDEST_ZONE = timedelta(hours=14)
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def parse_date(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment a ``#D`` line tells, ``None`` where it tells none.

    Args:
        text: the line without ``#D``.
        zone: of the clock that wrote it, where it is written without one.
    """
    text = text.strip()
    try:
        moment = datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        local = local_date(text)
        if local is None:
            return None
        moment = local.replace(tzinfo=zone).astimezone(UTC)
    return moment if _EARLIEST < moment < _LATEST else None


def after(moment: datetime, text: str, zone: tzinfo, before: datetime | None) -> datetime:
    """Return the moment a ``#D`` line tells, an hour later where the clock was set back and the scan before is later.

    In autumn an hour of local time comes twice. A file's scans follow on each other: one that seems to begin before the
    former was made in the second of them.

    Args:
        moment: as `parse_date` understood the line.
        text: the line without ``#D``.
        zone: of the clock that wrote it.
        before: when the scan before it began; none: it is the first.
    """
    local = local_date(text)
    if before is None or local is None or moment >= before:
        return moment
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return second if second >= before else moment


def local_date(text: str) -> datetime | None:
    """Return the first date, without zone, that a text contains; ``None`` where it contains none."""
    found = _CTIME_IN_TEXT.search(text)
    if found is None:
        return None
    try:
        return datetime.strptime(" ".join(found.group().split()), _CTIME)
    except ValueError:
        return None


def zone_of(epoch: str, date: str) -> tzinfo | None:
    """Return the zone of the clock that wrote a file's ``#E`` and ``#D`` lines, ``None`` where they do not tell it."""
    local = local_date(date)
    if local is None:
        return None
    try:
        moment = datetime.fromtimestamp(float(epoch), UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
    # Zones differ by quarters of an hour; what is less is the time between the two lines.
    offset = timedelta(seconds=round((local - moment).total_seconds() / _QUARTER) * _QUARTER)
    return timezone(offset) if abs(offset) <= _WIDEST_ZONE else None


def duration_by_comments(start: datetime | None, comments: Iterable[str]) -> timedelta | None:
    """Return how long a scan took by its dated comments of its end; ``None`` where they do not tell it.

    Args:
        start: local time of the scan's ``#D`` line, ``None`` where it is not a local time.
        comments: the scan's ``#C`` lines, without ``#C``.
    """
    end = None
    for comment in comments:
        at = local_date(comment)
        if at is None:
            continue
        if "Acquisition started" in comment:
            start = at
        if "Acquisition ended" in comment or "exit_status" in comment or "Scan aborted" in comment:
            end = at
    if start is None or end is None or end < start:
        return None
    return end - start
