"""Offsets are committed when nothing of what they stand for can be lost any more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.core import Durability
from beamlore.ingestor.write.ledger import UNKNOWN_TERM, Ledger, Verdict

MAJORITY = Durability("majority", "term-1")
ALONE = Durability("w1", "term-1")


def test_majority_writes_are_committed_at_once():
    ledger = Ledger[str]()
    ledger.written({"p0": 5}, 5, {"catalogue": [MAJORITY], "inbox": [MAJORITY]})

    assert not ledger.holding
    assert ledger.settle({}) is Verdict.COMMIT
    assert ledger.offsets == {"p0": 5}


def test_write_on_the_primary_alone_is_held_until_the_majority_has_it():
    ledger = Ledger[str]()
    ledger.written({"p0": 5}, 5, {"catalogue": [ALONE]})
    ledger.written({"p0": 9, "p1": 2}, 6, {"catalogue": [MAJORITY]})

    assert ledger.held_messages == 11
    assert ledger.settle({"catalogue": ALONE}) is Verdict.HOLD
    assert ledger.settle({"catalogue": MAJORITY}) is Verdict.COMMIT
    assert ledger.offsets == {"p0": 9, "p1": 2}


@pytest.mark.parametrize("term", ["term-2", UNKNOWN_TERM])
def test_held_writes_are_read_again_when_another_primary_confirms(term):
    ledger = Ledger[str]()
    ledger.written({"p0": 5}, 5, {"catalogue": [ALONE]})

    assert ledger.settle({"catalogue": Durability("majority", term)}) is Verdict.REPLAY


def test_write_during_a_change_of_primary_is_read_again():
    ledger = Ledger[str]()
    ledger.written({"p0": 5}, 5, {"catalogue": [Durability("w1", UNKNOWN_TERM)]})

    assert ledger.settle({"catalogue": MAJORITY}) is Verdict.REPLAY


def test_one_store_lagging_holds_what_the_other_has():
    ledger = Ledger[str]()
    ledger.written({"p0": 5}, 5, {"catalogue": [ALONE], "inbox": [Durability("w1", "other-set")]})

    assert set(ledger.stores) == {"catalogue", "inbox"}
    assert ledger.settle({"catalogue": MAJORITY, "inbox": Durability("w1", "other-set")}) is Verdict.HOLD


receipts = st.lists(
    st.builds(Durability, st.sampled_from(["majority", "w1"]), st.sampled_from(["1", "2", UNKNOWN_TERM])), max_size=5
)


@given(receipts, st.builds(Durability, st.sampled_from(["majority", "w1"]), st.sampled_from(["1", "2"])))
def test_held_writes_are_committed_only_under_the_primary_that_took_them_all(before, now):
    ledger = Ledger[str]()
    for receipt in before:
        ledger.written({"p0": 1}, 1, {"catalogue": [receipt]})

    verdict = ledger.settle({"catalogue": now})

    weak = [receipt for receipt in before if receipt.level == "w1"]
    lasting = now.level == "majority" and all(receipt.term == now.term for receipt in weak)
    assert (verdict is Verdict.COMMIT) == (lasting or not weak)
