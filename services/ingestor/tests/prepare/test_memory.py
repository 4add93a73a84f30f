"""How far each scan was sent on is known for the scans of the last messages, and for no more than fit."""

from beamlore.ingestor.prepare.memory import NOTHING, SentOn


def test_highest_sequence_counts():
    sent_on = SentOn(10)
    for sequence in (3, 5, 4):
        sent_on.advance(("pid", "proposal"), (False, sequence))

    assert sent_on.upto(("pid", "proposal")) == (False, 5)
    assert sent_on.upto(("pid", "other")) == NOTHING


def test_the_last_scans_are_remembered_and_old_ones_forgotten():
    sent_on = SentOn(10)
    for number in range(100):
        sent_on.advance((f"pid-{number}", "proposal"), (False, number))

    known = [number for number in range(100) if sent_on.upto((f"pid-{number}", "proposal")) != NOTHING]
    assert known[-10:] == list(range(90, 100))
    assert len(known) < 20


def test_nothing_is_known_after_a_restart():
    sent_on = SentOn(10)
    sent_on.advance(("pid", "proposal"), (True, 5))

    sent_on.clear()

    assert sent_on.upto(("pid", "proposal")) == NOTHING
