"""Kafka topics: one per beamline, so that a beamline's order, retention and access are its own."""

import re

TRACEPARENT = "traceparent"
"""Header of a scan message that belongs to a trace: the W3C's, https://www.w3.org/TR/trace-context/#traceparent-header."""

_PREFIX = "scans."
BEAMLINE_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"
_BEAMLINE = re.compile(BEAMLINE_PATTERN)
SCAN_TOPIC_PATTERN = r"^scans\.[a-z0-9][a-z0-9-]{0,62}$"
"""Regular expression of every topic that carries scan messages."""


def scan_topic(beamline: str) -> str:
    """Return the topic of a beamline's scans.

    Raises:
        ValueError: the name is not a beamline name (lower-case letters, digits, hyphens; at most 63).
    """
    if not _BEAMLINE.fullmatch(beamline):
        raise ValueError(f"{beamline!r} is not a beamline name: use lower-case letters, digits and hyphens, at most 63")
    return _PREFIX + beamline


def beamline_of_topic(topic: str) -> str | None:
    """Return the beamline a topic belongs to, ``None`` where it is not a topic of scans."""
    name = topic.removeprefix(_PREFIX)
    return name if topic.startswith(_PREFIX) and _BEAMLINE.fullmatch(name) else None
