"""The topics of all beamlines as one stream of batches, with offsets committed by hand."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from beamlore.contract import SCAN_TOPIC_PATTERN, beamline_of_topic
from beamlore.core import Health, UnavailableError, kafka_options, new_request_id
from beamlore.ingestor import metrics
from beamlore.ingestor.consume.offsets import GroupOffsets
from beamlore.ingestor.settings import Settings
from beamlore.ingestor.validate.models import Record

log = structlog.get_logger(__name__)
COMPONENT = "kafka"
_POLL_MS = 500
_PROBE_TIMEOUT_SECONDS = 10.0
_FETCH_BYTES = 16 * 1024**2


class KafkaUnavailableError(UnavailableError):
    """The broker does not answer."""


@dataclass(frozen=True)
class Batch:
    """Messages in the order of their partitions, and where each partition goes on after them."""

    epoch: int
    records: list[Record]
    offsets: dict[TopicPartition, int]
    id: str
    """In the log, and in the requests that are made for it."""


class ScanStream(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Reads, commits and goes back.

    An *epoch* is the time from one assignment of partitions, or one going back, to the next: batches of a former
    epoch will be read again, and are not to be committed.
    """

    def __init__(self, settings: Settings, health: Health) -> None:
        self._health = health
        self._settings = settings
        self._consumer = self._new_consumer()
        self._offsets = GroupOffsets(settings)
        self._pending: defaultdict[TopicPartition, deque[tuple[int, int]]] = defaultdict(deque)
        self.epoch = 0

    async def start(self) -> None:
        """Join the group.

        Raises:
            KafkaUnavailableError: the broker does not answer.
        """
        self._consumer.subscribe(pattern=SCAN_TOPIC_PATTERN, listener=self)
        try:
            await self._offsets.start()
            await self._consumer.start()
        except KafkaError as error:
            await self.stop()
            self._consumer = self._new_consumer()
            self._offsets = GroupOffsets(self._settings)
            raise self._unavailable(error) from error
        self._health.set(COMPONENT, ok=True)

    async def stop(self) -> None:
        """Leave the group, so that others take over at once."""
        await self._consumer.stop()
        await self._offsets.stop()

    async def next(self) -> Batch | None:
        """Return the next messages; ``None`` where none came for a moment.

        Raises:
            KafkaUnavailableError: the broker does not answer; try again.
        """
        try:
            fetched = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=self._settings.batch_messages)
        except KafkaError as error:
            raise self._unavailable(error) from error
        if not fetched:
            return None
        records: list[Record] = []
        offsets = {}
        for partition, messages in fetched.items():
            offsets[partition] = messages[-1].offset + 1
            self._pending[partition].append((offsets[partition], messages[0].timestamp))
            metrics.received.labels(beamline_of_topic(partition.topic)).inc(len(messages))
            records += [
                Record(
                    message.topic,
                    message.partition,
                    message.offset,
                    message.timestamp,
                    message.key,
                    message.value,
                    message.headers,
                )
                for message in messages
            ]
        metrics.batch_messages.observe(len(records))
        return Batch(self.epoch, records, offsets, new_request_id())

    def pause(self) -> None:
        """Fetch nothing more; ``next`` still keeps the membership of the group alive."""
        self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        """Fetch again."""
        self._consumer.resume(*self._consumer.assignment())

    async def commit(self, epoch: int, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit, unless the partitions have been given to others or the stream has gone back meanwhile.

        Raises:
            KafkaUnavailableError: the broker does not answer; try again.
        """
        if epoch != self.epoch or not offsets:
            return
        try:
            await self._consumer.commit(dict(offsets))
        except (CommitFailedError, IllegalStateError) as error:
            log.info("not committed, the partitions are being assigned anew", error=str(error))
            return
        except KafkaError as error:
            raise self._unavailable(error) from error
        for partition, offset in offsets.items():
            pending = self._pending[partition]
            while pending and pending[0][0] <= offset:
                pending.popleft()

    async def go_back(self) -> None:
        """Read again from the last commit.

        Raises:
            KafkaUnavailableError: the broker does not answer; try again.
        """
        assigned = self._consumer.assignment()
        try:
            places = await self._offsets.places(assigned)
        except KafkaError as error:
            raise self._unavailable(error) from error
        self._begin_epoch()
        for partition in self._consumer.assignment() & assigned:
            self._consumer.seek(partition, places[partition].next)

    async def behind(self) -> dict[str, int]:
        """Return for each beamline how many messages of all its partitions the whole group has not committed.

        Raises:
            KafkaUnavailableError: the broker does not answer.
        """
        partitions = [
            TopicPartition(topic, number)
            for topic in self._consumer.subscription()
            for number in self._consumer.partitions_for_topic(topic) or ()
        ]
        if not partitions:
            return {}
        try:
            async with asyncio.timeout(_PROBE_TIMEOUT_SECONDS):
                places = await self._offsets.places(partitions)
        except (KafkaError, TimeoutError) as error:
            raise self._unavailable(error) from error
        self._health.set(COMPONENT, ok=True)
        found: dict[str, int] = {}
        for partition, place in places.items():
            beamline = beamline_of_topic(partition.topic)
            if beamline is not None:
                found[beamline] = found.get(beamline, 0) + max(place.end - place.next, 0)
        return found

    def owned(self) -> set[str]:
        """Return the beamlines of which this member has the first partition."""
        mine = (beamline_of_topic(one.topic) for one in self._consumer.assignment() if one.partition == 0)
        return {beamline for beamline in mine if beamline is not None}

    def oldest_pending_seconds(self) -> dict[str, float]:
        """Return for each beamline the age of the oldest message that is fetched and not committed."""
        ages: dict[str, float] = {}
        now = time.time()
        for partition, pending in self._pending.items():
            beamline = beamline_of_topic(partition.topic)
            if beamline is not None:
                age = now - pending[0][1] / 1000 if pending else 0.0
                ages[beamline] = max(ages.get(beamline, 0.0), age)
        return ages

    def on_partitions_revoked(self, revoked: object) -> None:
        """Begin an epoch: what is fetched and not committed will be read again, by whoever gets the partitions."""
        # Runs before any message of the new assignment is handed out, and none of the old one is after it.
        self._begin_epoch()

    def on_partitions_assigned(self, assigned: object) -> None:
        """Say what is read from now on."""
        metrics.rebalances.inc()
        metrics.assigned.set(len(self._consumer.assignment()))
        for beamline in {beamline_of_topic(one.topic) for one in self._consumer.assignment()}:
            metrics.received.labels(beamline).inc(0)
        log.info("reading", beamlines=sorted(self.owned()))

    def _new_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            **kafka_options(self._settings),
            client_id="beamlore-ingestor",
            group_id=self._settings.consumer_group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            metadata_max_age_ms=int(self._settings.topic_refresh_seconds * 1000),
            fetch_max_bytes=_FETCH_BYTES,
            fetch_max_wait_ms=100,
            # After a kill the partitions stay with the dead member for that long.
            session_timeout_ms=6_000,
            heartbeat_interval_ms=2_000,
            request_timeout_ms=15_000,
        )

    def _begin_epoch(self) -> None:
        self.epoch += 1
        self._pending.clear()

    def _unavailable(self, error: Exception) -> KafkaUnavailableError:
        detail = f"Kafka does not answer: {type(error).__name__} {error}"
        self._health.set(COMPONENT, ok=False, detail=detail)
        return KafkaUnavailableError(detail)
