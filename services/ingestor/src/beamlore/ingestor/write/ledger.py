"""Which offsets may be committed, and when what was written must be read again.

See docs/explanation/delivery.md. While the majority of a store's replica set is missing, what is written stands on
its primary alone and its offsets are held. They are committed when the store says that the majority has everything
*and* the primary is still the one that took every held write; after a change of primary nobody knows whether the new
one has them, and they are read and written again.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Generic, TypeVar

from beamlore.core import Durability

UNKNOWN_TERM = "unknown"
_Partition = TypeVar("_Partition")


class Verdict(Enum):
    """What to do with the offsets."""

    COMMIT = auto()
    HOLD = auto()
    REPLAY = auto()


class Ledger(Generic[_Partition]):
    """Written and not yet committed: the next offsets, and the terms under which each store took held writes."""

    def __init__(self) -> None:
        self._offsets: dict[_Partition, int] = {}
        self._terms: dict[str, set[str]] = {}
        self._held_messages = 0

    @property
    def holding(self) -> bool:
        """Whether writes are held."""
        return bool(self._terms)

    @property
    def held_messages(self) -> int:
        """How many messages are held."""
        return self._held_messages

    @property
    def stores(self) -> list[str]:
        """The stores that hold writes which the majority has not confirmed."""
        return list(self._terms)

    @property
    def offsets(self) -> dict[_Partition, int]:
        """The next offset of each partition: what a commit says."""
        return dict(self._offsets)

    def written(
        self, offsets: Mapping[_Partition, int], messages: int, receipts: Mapping[str, list[Durability]]
    ) -> None:
        """Note a batch that is written: its next offsets, its size, and what each store said of it."""
        self._offsets.update(offsets)
        for store, durabilities in receipts.items():
            weak = {durability.term for durability in durabilities if durability.level == "w1"}
            if weak:
                self._terms.setdefault(store, set()).update(weak)
        if self._terms:
            self._held_messages += messages

    def settle(self, now: Mapping[str, Durability]) -> Verdict:
        """Return what is to be done, given what each store that holds writes says now."""
        verdict = Verdict.COMMIT
        for store, terms in self._terms.items():
            standing = now[store]
            if standing.level != "majority":
                verdict = Verdict.HOLD
            elif UNKNOWN_TERM in terms or terms != {standing.term}:
                return Verdict.REPLAY
        return verdict

    def clear(self) -> None:
        """Forget everything: it is committed, or will be read again."""
        self._offsets.clear()
        self._terms.clear()
        self._held_messages = 0
