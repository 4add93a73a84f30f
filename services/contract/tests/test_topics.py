import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.contract import SCAN_TOPIC_PATTERN, beamline_of_topic, scan_topic

BEAMLINES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)


@given(BEAMLINES)
def test_topic_and_beamline_belong_together(beamline: str) -> None:
    assert beamline_of_topic(scan_topic(beamline)) == beamline
    assert re.match(SCAN_TOPIC_PATTERN, scan_topic(beamline))


@pytest.mark.parametrize("name", ["", "Balder", "a.b", "-a", "a_b", "a" * 64, "a\n", "a/b", "ä"])
def test_name_that_is_no_beamline_has_no_topic(name: str) -> None:
    with pytest.raises(ValueError, match="is not a beamline name"):
        scan_topic(name)
    assert beamline_of_topic(f"scans.{name}") is None


@pytest.mark.parametrize("topic", ["balder", "scan.balder", "SCANS.balder", "scans", "__consumer_offsets"])
def test_other_topics_are_no_scans(topic: str) -> None:
    assert beamline_of_topic(topic) is None
