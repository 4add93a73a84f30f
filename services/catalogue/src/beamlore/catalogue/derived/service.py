"""Answers from what is derived, where that is as right as the documents are; otherwise says so."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
import structlog
from prometheus_client import Counter
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from beamlore.catalogue.access import Rights
from beamlore.catalogue.answers import to_json
from beamlore.catalogue.database import Document, told_plainly
from beamlore.catalogue.derived.access import split, whose
from beamlore.catalogue.derived.fields import COUNTED, EVERYTHING, Deriver
from beamlore.catalogue.derived.fold import Folder
from beamlore.catalogue.derived.log import ChangeLog, LogState
from beamlore.catalogue.derived.memory import Memory
from beamlore.catalogue.derived.query import NotCoveredError, has_terms, search_query
from beamlore.catalogue.derived.repository import DerivedRepository, within
from beamlore.catalogue.derived.shared import Shared
from beamlore.catalogue.derived.wordsearch import WordSearch
from beamlore.catalogue.filters.build import to_mongo
from beamlore.catalogue.filters.facets import facet_stages
from beamlore.catalogue.filters.fields import Field
from beamlore.catalogue.filters.grammar import All, Compare, Condition, has_words, split_words
from beamlore.catalogue.filters.listing import Limits
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.25
"""How long a request waits for what has changed to be folded, before it asks the documents."""

WAITING_AT_MOST = 1_000
"""Datasets that may wait to be folded for a request to wait for them."""

_answers = Counter("beamlore_catalogue_derived_answers", "Questions that derived data may answer, by what did.", ["by"])
_by_derived, _by_documents = _answers.labels("derived"), _answers.labels("documents")
_ATTEMPTS = 3
_PAUSE_SECONDS = 0.005
_NEWEST = ("creationTime", -1)
Answer = TypeVar("Answer")


class Derived:
    """Counts, facets and pages of datasets for a principal, at a cost that does not grow with the catalogue."""

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        database: AsyncDatabase[Document],
        rights: Rights,
        settings: Settings,
        changes: ChangeLog,
    ) -> None:
        self.deriver = Deriver(settings.searchable_metadata)
        self.folder = Folder(client, database, self.deriver)
        self.changes = changes
        self.follows = False
        """Whether changes made by others are known here within a moment; kept by who follows them."""

        self.last_fold_seconds = 0.0
        self._alone = settings.derived_alone
        self._smallest = settings.derived_from
        self._rights = rights
        self._repository = DerivedRepository(database, settings.query_seconds)
        self._words = WordSearch(database, rights, self.deriver, settings.query_seconds, self._smallest)
        self._memory = Memory()
        self._visible = Memory()
        self._fold = Shared(self._fold_once)

    async def of_documents(self, principal: Principal, where: Condition) -> Document:
        """Return the query of datasets for which a condition holds; words are the search index's in it too.

        Raises:
            BadRequestError: too many datasets have the words.
            UnavailableError: they cannot be searched for words now.
        """
        sought, rest = split_words(where)
        for one in sought:
            state = await self.changes.state()
            indexed = state is not None and state.built and self._holds(state)
            pids = await self._words.pids(principal, one.text, rest, indexed=indexed, followed=self._is_followed)
            rest = All((Compare("_id", "$in", pids), rest))
        return to_mongo(rest)

    async def count(self, principal: Principal, where: Condition, documents: Callable[[], Awaitable[int]]) -> int:
        """Return how many datasets the principal may see for which a condition holds.

        Args:
            principal: who asks.
            where: the condition.
            documents: counts the documents themselves, where that is needed.
        """
        of_readers, rest = split(where)

        async def find_out(signatures: Mapping[str, int]) -> int:
            if rest == All():
                return sum(signatures.values())
            query = self._query(rest)
            if query is None:
                return await documents()
            return await self._repository.count(_both(query, within(signatures)))

        answer = await self._answer(principal, of_readers, ("count", repr(where)), find_out, words=has_words(rest))
        return await documents() if answer is None else answer

    async def facets(
        self,
        principal: Principal,
        where: Condition,
        facets: Sequence[Field],
        documents: Callable[[], Awaitable[list[Document]]],
    ) -> Any:
        """Return how many datasets there are for each value of some fields, as ``facet_stages`` counts them.

        Args:
            principal: who asks.
            where: which datasets are counted.
            facets: by which fields.
            documents: counts the documents themselves, where that is needed.

        Returns:
            What JSON is made of; perhaps that JSON itself (``orjson.Fragment``).
        """
        counted = all(field.path in COUNTED for field in facets)
        of_readers, rest = split(where)

        async def find_out(signatures: Mapping[str, int]) -> bytes:
            found = None
            if counted and rest == All():
                found = await self._rolled_up(signatures, facets)
            elif counted and (query := self._query(rest)) is not None:
                found = await self._repository.aggregate(_both(query, within(signatures)), facet_stages(facets))
            return to_json(await documents() if found is None else found)

        key = ("facets", repr(where), tuple(field.path for field in facets))
        answer = await self._answer(principal, of_readers, key, find_out, words=has_words(rest))
        return await documents() if answer is None else orjson.Fragment(answer)

    async def page(self, principal: Principal, where: Condition, limits: Limits) -> list[Any] | None:
        """Return the identifiers of a page of datasets, in order; ``None`` where the documents have to be asked.

        They match, and the principal may see them; whoever reads them asks the access rule again.
        """
        of_readers, rest = split(where)
        query = self._query(rest)
        if query is None or not (has_terms(query) or (limits.sort and limits.sort[0] == _NEWEST)):
            return None
        if any(path not in _SORTED_BY for path, _ in limits.sort):
            return None
        matching = query

        async def find_out(signatures: Mapping[str, int]) -> list[Any]:
            return await self._repository.page(
                _both(matching, within(signatures)), limits.sort, limits.skip, limits.limit
            )

        key = ("page", repr(where), repr(limits))
        return await self._answer(principal, of_readers, key, find_out, words=has_words(rest))

    async def fold_some(self) -> int:
        """Fold the oldest entries, if there are any; return how many datasets waited before.

        Raises:
            PyMongoError: the database does not answer.
        """
        state = await self.changes.state()
        if state is None or not state.entries or not self._holds(state):
            return 0
        await self._fold()
        return state.datasets

    async def end(self) -> None:
        """Wait for the fold under way: cut off, its transaction would hold up others until the database ends it."""
        await self._fold.finished()

    async def _answer(
        self,
        principal: Principal,
        of_readers: Condition,
        key: Hashable,
        find_out: Callable[[Mapping[str, int]], Awaitable[Answer]],
        *,
        words: bool,
    ) -> Answer | None:
        """Return an answer that holds for everything written before this call; ``None``: ask the documents.

        Words are asked of the search index however small the catalogue is: the documents have no index of them.
        """
        answer: Answer | None = None
        epoch = await self._epoch()
        wanted = whose(self._rights.readable(principal), of_readers)
        if epoch is not None and wanted is not None and (words or await self._total(epoch) >= self._smallest):

            async def consistently() -> tuple[Answer | None, str]:
                return await self._consistently(epoch, wanted, find_out)

            answer = await self._memory.get(epoch, (repr(wanted), key), consistently)
        (_by_documents if answer is None else _by_derived).inc()
        return answer

    async def _consistently(
        self,
        epoch: str,
        wanted: tuple[Document | None, bool],
        find_out: Callable[[Mapping[str, int]], Awaitable[Answer]],
    ) -> tuple[Answer | None, str]:
        """Find out within one epoch, this one or a later one; return the answer and the epoch."""
        for _ in range(_ATTEMPTS):
            signatures = await self._signatures(epoch, *wanted)
            if signatures is None:
                break
            answer = await find_out(signatures)
            with told_plainly():
                state = await self.changes.state()
            if state is None or not state.built:
                break
            if state.epoch == epoch:
                return answer, epoch
            epoch = state.epoch
        return None, epoch

    async def _total(self, epoch: str) -> int:
        found = await self._signatures(epoch, {}, False)
        return found.get(EVERYTHING, 0) if found else 0

    async def _signatures(self, epoch: str, where: Document | None, public: bool) -> dict[str, int] | None:
        async def find_out() -> tuple[dict[str, int] | None, str]:
            found = await self._repository.signatures(where, public=public)
            with told_plainly():
                state = await self.changes.state()
            return found, state.epoch if state else ""

        found: dict[str, int] | None = await self._visible.get(epoch, repr((where, public)), find_out)
        return found

    async def _epoch(self) -> str | None:
        """Return the epoch, with everything folded that was written before; ``None`` where that cannot be had now."""
        if not self._is_followed:
            return None
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with told_plainly():
                    state = await self.changes.state()
                if state is None or not self._holds(state) or not state.built or state.datasets > WAITING_AT_MOST:
                    return None
                if not state.entries:
                    return state.epoch
                if time.monotonic() > give_up_at:
                    return None
                with told_plainly():
                    await self._fold()
            except PyMongoError as error:
                log.warning("derived data cannot be read; asking the documents", error=str(error))
                return None

    async def _fold_once(self) -> None:
        """Fold, unless another process does at this moment."""
        begun = time.monotonic()
        try:
            await self.folder.fold()
            self.last_fold_seconds = time.monotonic() - begun
        except PyMongoError as error:
            if not error.has_error_label("TransientTransactionError"):
                raise
            await asyncio.sleep(_PAUSE_SECONDS)

    @property
    def _is_followed(self) -> bool:
        return self.follows or self._alone

    def _holds(self, state: LogState) -> bool:
        return state.rules == self.deriver.version and not state.building

    def _query(self, where: Condition) -> Document | None:
        try:
            return search_query(where, self.deriver)
        except NotCoveredError:
            return None

    async def _rolled_up(self, signatures: Mapping[str, int], facets: Sequence[Field]) -> list[Document] | None:
        found = await self._repository.facets(list(signatures), [field.path for field in facets])
        if found is None:
            return None
        total = sum(signatures.values())
        answer: Document = {"all": [{"totalSets": total}] if total else []}
        return [answer | {field.path: found[field.path] for field in facets}]


def _both(first: Document, second: Document) -> Document:
    return {"$and": [first, second]} if first and second else first or second


_SORTED_BY = frozenset({"_id", "creationTime", "startTime", "endTime", "datasetName", "size", "createdAt", "updatedAt"})
