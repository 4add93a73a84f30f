"""What readiness makes of the things a service depends on."""

from beamlore.core import Health


def test_it_is_ready_only_while_what_it_always_needs_is_well():
    health = Health()
    health.set("database", True)
    assert health.ready
    health.set("database", False, "gone")
    assert not health.ready


def test_what_is_needed_once_may_go_away_afterwards():
    health = Health({"kafka": "once"})
    health.set("kafka", False, "not reached yet")
    assert not health.ready
    health.set("kafka", False, "refused")
    assert not health.ready
    health.set("kafka", True)
    health.set("kafka", False, "gone")
    assert health.ready


def test_what_is_never_needed_is_only_told():
    health = Health({"useroffice": "never"})
    health.set("useroffice", False, "in maintenance")
    assert health.ready


def test_who_was_told_to_end_is_not_ready():
    health = Health()
    health.ending.signalled = True
    assert not health.ready
