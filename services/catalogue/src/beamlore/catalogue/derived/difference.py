"""What has to be written so that derived data follow the documents."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.fields import SUMS, access_of, counted, sums_of

Operation: TypeAlias = DeleteOne | InsertOne[Document] | ReplaceOne[Document] | UpdateOne


class Difference:
    """Gathers differences of search documents, and what follows for signatures and rollups."""

    def __init__(self) -> None:
        self.search: list[Operation] = []
        self.signatures_counted: Counter[str] = Counter()
        self._access: dict[str, Document] = {}
        self.values_counted: Counter[str] = Counter()

    def add(self, before: Mapping[str, Any] | None, after: Document | None) -> bool:
        """Take in one dataset's search document as it stands and as it should be; return whether they differ."""
        if before == after:
            return False
        if after is None:
            assert before is not None  # noqa: S101 - they differ
            self.search.append(DeleteOne({"_id": before["_id"]}))
        elif before is None:
            self.search.append(InsertOne(after))
        else:
            self.search.append(ReplaceOne({"_id": after["_id"]}, after))
        if before is not None:
            self.count(before, -1)
        if after is not None:
            self.count(after, 1)
        return True

    def count(self, document: Mapping[str, Any], step: int) -> None:
        """Count a search document so many times more, under its signature and all sums."""
        self.count_under(document, (document["s"], *sums_of(document)), step)

    def count_under(self, document: Mapping[str, Any], names: Sequence[str], step: int) -> None:
        """Count a search document so many times more."""
        self._access.setdefault(document["s"], access_of(document))
        values = counted(document)
        for one in names:
            self.signatures_counted[one] += step
            for value, times in values.items():
                self.values_counted[f"{one}:{value}"] += step * times

    def signatures_from_nothing(self) -> list[Document]:
        """Return the signatures, where there are none of them yet."""
        return [{"_id": one, "n": number, **self._access[one]} for one, number in self.signatures_counted.items()]

    def rollups_from_nothing(self) -> list[Document]:
        """Return the rollups, where there are none of them yet."""
        found = []
        for one, number in self.values_counted.items():
            signature, field, value = one.split(":", 2)
            found.append({"_id": one, "s": signature, "f": field, "v": value, "n": number})
        return found

    def signatures(self) -> list[Operation]:
        """Return the writes to the signatures."""
        return [
            UpdateOne({"_id": one}, {"$inc": {"n": step}, "$setOnInsert": self._access.get(one, {})}, upsert=True)
            for one, step in self.signatures_counted.items()
            if step
        ]

    def rollups(self) -> list[Operation]:
        """Return the writes to the rollups."""
        operations: list[Operation] = []
        for one, step in self.values_counted.items():
            if step:
                signature, field, value = one.split(":", 2)
                insert = {"s": signature, "f": field, "v": value}
                operations.append(UpdateOne({"_id": one}, {"$inc": {"n": step}, "$setOnInsert": insert}, upsert=True))
        return operations

    def wrong(self) -> int:
        """Return how many sums there are to be written."""
        return sum(1 for counted in (self.signatures_counted, self.values_counted) for step in counted.values() if step)

    def fewer(self) -> tuple[list[str], list[str]]:
        """Return the signatures, and the values, of which there are fewer than before: perhaps none."""
        return (
            [one for one, step in self.signatures_counted.items() if step < 0 and one not in SUMS],
            [one for one, step in self.values_counted.items() if step < 0],
        )
