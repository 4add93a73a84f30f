"""Validates the messages of a batch, asks for their proposals, and makes one item of all messages of a scan."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from beamlore.contract import ScanMessage, place_of
from beamlore.core import begin_span, traceparent_of
from beamlore.ingestor import metrics
from beamlore.ingestor.enrich.service import coalesce, make_item
from beamlore.ingestor.prepare.memory import Scan, SentOn
from beamlore.ingestor.prepare.models import Entry, Prepared
from beamlore.ingestor.proposals.models import Proposal
from beamlore.ingestor.proposals.service import Proposals
from beamlore.ingestor.settings import Settings
from beamlore.ingestor.validate.models import Record, RejectedError, Rejection, traceparent
from beamlore.ingestor.validate.service import check_proposal, clock_ahead, read

_SCANS_REMEMBERED = 20_000


class Preparer:
    """Prepares batches, in the order in which they were fetched."""

    def __init__(self, proposals: Proposals, settings: Settings) -> None:
        self._proposals = proposals
        self._max_bytes = settings.max_message_bytes
        self._grace = timedelta(days=settings.proposal_grace_days)
        self._clock_taken = timedelta(seconds=settings.clock_ahead_seconds)
        self._clock_most = timedelta(seconds=settings.clock_ahead_most_seconds)
        # How far each scan's story was sent on: a message that comes late, in a batch with newer ones,
        # must not add to those what the catalogue already has newer.
        self._sent_on = SentOn(_SCANS_REMEMBERED)

    def restart(self) -> None:
        """Forget what was sent on: it is read again from an earlier place, and may not have been written."""
        self._sent_on.clear()

    async def prepare(self, records: Sequence[Record], *, fresh: bool = False) -> Prepared:
        """Return where each of the messages goes.

        Args:
            records: the messages, in order.
            fresh: whether proposals at hand are asked for anew, because somebody may just have mended them.

        Raises:
            UserOfficeUnavailableError: a proposal can neither be had nor ruled out; nothing is decided, prepare again.
        """
        prepared = Prepared()
        now = datetime.now(UTC)
        with metrics.phases("decode"):
            read_messages = self._read(records, now, prepared)
        with metrics.phases("proposals"):
            wanted = {message.proposal for _, message in read_messages}
            proposals = await self._proposals.get_all(wanted, fresh=fresh)
        with metrics.phases("enrich"):
            self._enrich(read_messages, proposals, now, prepared)
        return prepared

    def _read(self, records: Sequence[Record], now: datetime, prepared: Prepared) -> list[tuple[Record, ScanMessage]]:
        messages = []
        for record in records:
            try:
                message = read(record, self._max_bytes)
                self._ahead(message, now)
                messages.append((record, message))
            except RejectedError as error:
                prepared.rejections.append(Rejection(record, error.reason, error.text))
        return messages

    def _ahead(self, message: ScanMessage, now: datetime) -> timedelta:
        return clock_ahead(message, now, self._clock_taken, self._clock_most)

    def _enrich(
        self,
        read_messages: list[tuple[Record, ScanMessage]],
        proposals: dict[str, Proposal | None],
        now: datetime,
        prepared: Prepared,
    ) -> None:
        scans: dict[Scan, tuple[list[Record], list[ScanMessage]]] = {}
        for record, message in read_messages:
            try:
                check_proposal(message, proposals[message.proposal], self._grace)
            except RejectedError as error:
                prepared.rejections.append(Rejection(record, error.reason, error.text))
                continue
            records, messages = scans.setdefault((message.pid, message.proposal), ([], []))
            records.append(record)
            messages.append(message)
        rounds_of_pid: dict[str, int] = {}
        described: set[str] = set()
        for scan, (records, messages) in scans.items():
            pid, proposal_id = scan
            story = coalesce(messages, self._sent_on.upto(scan))
            self._sent_on.advance(scan, place_of(story.newest))
            proposal = proposals[proposal_id]
            assert proposal is not None  # noqa: S101 - check_proposal let none through
            span = begin_span("ingest scan", traceparent(records), {"beamlore.pid": pid}, "consumer")
            item = make_item(
                story,
                proposal,
                with_details=proposal_id not in described,
                traceparent=traceparent_of(span),
                ahead=self._ahead(story.newest, now),
            )
            described.add(proposal_id)
            turn = rounds_of_pid.get(pid, 0)
            rounds_of_pid[pid] = turn + 1
            if turn == len(prepared.rounds):
                prepared.rounds.append([])
            prepared.rounds[turn].append(Entry(item, records, span))
