"""What people do with the inbox: look, mend and replay, discard."""

from beamlore.core import ConflictError, NotFoundError, Principal, UnavailableError, UnprocessableError
from beamlore.ingestor.inbox.models import InboxItem, InboxState
from beamlore.ingestor.inbox.repository import InboxRepository
from beamlore.ingestor.prepare.service import Preparer
from beamlore.ingestor.validate.models import Reason, Record
from beamlore.ingestor.write.catalogue import CatalogueRefusedError
from beamlore.ingestor.write.service import Writer


class InboxService:
    """Replays go the very way every message goes: the same checks, the same enrichment, the same write."""

    def __init__(self, repository: InboxRepository, preparer: Preparer, writer: Writer) -> None:
        self._repository = repository
        self._preparer = preparer
        self._writer = writer

    async def get(self, principal: Principal, item_id: str) -> InboxItem:
        """Return a message.

        Raises:
            NotFoundError: there is none that the principal may see.
        """
        item = await self._repository.get(principal, item_id)
        if item is None:
            raise NotFoundError(f"there is no message {item_id!r} in the inbox, or it is of another beamline")
        return item

    async def replay(self, principal: Principal, item_id: str, message: str | None) -> InboxItem:
        """Catalogue a message after all, mended or as it came, and close it.

        Raises:
            NotFoundError: there is none that the principal may see.
            ConflictError: it is closed.
            UnprocessableError: it is rejected again; ``reason`` in the problem is the code.
            UnavailableError: the user office, the catalogue or the database is away; the message stays open.
        """
        item = await self._open(principal, item_id)
        if message is None and item.truncated:
            raise UnprocessableError("the message was too big to be kept whole; give the mended message")
        record = Record(
            topic=item.topic,
            partition=item.partition,
            offset=item.offset,
            timestamp=int(item.sent_at.timestamp() * 1000),
            key=item.key,
            value=message.encode() if message is not None else item.content,
            headers=tuple(item.headers),
        )
        outcome = await self._catalogue(record)
        return await self._resolve(principal, item, "replayed", outcome, message)

    async def discard(self, principal: Principal, item_id: str, reason: str) -> InboxItem:
        """Close a message that is not needed.

        Raises:
            NotFoundError: there is none that the principal may see.
            ConflictError: it is closed.
        """
        return await self._resolve(principal, await self._open(principal, item_id), "discarded", reason, None)

    async def _catalogue(self, record: Record) -> str:
        prepared = await self._preparer.prepare([record], fresh=True)
        for rejection in prepared.rejections:
            raise _rejected(rejection.text, rejection.reason)
        [[entry]] = prepared.rounds
        try:
            written = await self._writer.write_now(entry)
        except CatalogueRefusedError as error:
            raise _rejected(str(error), Reason.REFUSED_BY_CATALOGUE) from error
        for rejection in written.rejections:
            raise _rejected(rejection.text, rejection.reason)
        if not written.lasting:
            raise UnavailableError(
                "only one member of the catalogue's database has the scan now, and it may be lost again; "
                "the message stays in the inbox, replay it again when the other is back"
            )
        return written.outcomes[entry.item.pid]

    async def _open(self, principal: Principal, item_id: str) -> InboxItem:
        item = await self.get(principal, item_id)
        if item.state != "open":
            raise ConflictError(f"the message was {item.state} by {item.resolved_by} at {item.resolved_at}")
        return item

    async def _resolve(
        self, principal: Principal, item: InboxItem, state: InboxState, resolution: str, edited: str | None
    ) -> InboxItem:
        if not await self._repository.resolve(principal, item.id, state, resolution, edited):
            raise ConflictError("somebody else has replayed or discarded the message meanwhile")
        return await self.get(principal, item.id)


def _rejected(text: str, reason: Reason) -> UnprocessableError:
    return UnprocessableError(text, reason=reason.value)
