"""Reading a topic again from an earlier place on.

The ingestors' group gets earlier offsets, and messages are read again as they are and in their order. That is safe: a
message that comes twice changes nothing in the catalogue, and stands in the inbox under the same id. Producing copies
would do neither: a copy of an old message would come after newer ones, and be a second entry of the inbox.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self, cast

import structlog
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from beamlore.contract import scan_topic
from beamlore.ops.errors import OpsError
from beamlore.ops.kafka.connection import REQUEST_SECONDS, KafkaAdministrator

log = structlog.get_logger(__name__)

_NOTHING_LATER: Final = -1
_IN_USE: Final = (KafkaError.NON_EMPTY_GROUP, KafkaError.UNKNOWN_MEMBER_ID)


@dataclass(frozen=True)
class Beginning:
    """From where messages are to be read again: a time, or offsets by partition."""

    since: datetime | None = None
    offsets: Mapping[int, int] | None = None

    @classmethod
    def of(cls, since: datetime | None, offsets: Sequence[str]) -> Self:
        """Return what a command's options say; a time without a zone is UTC.

        Raises:
            OpsError: both or none are given, or an offset is not ``partition:offset``.
        """
        if (since is None) == (not offsets):
            raise OpsError(
                "Either a time or offsets are needed.", way_out="--since 2026-11-21T08:00:00Z or --offset 0:1200"
            )
        try:
            pairs = [tuple(int(part) for part in one.split(":")) for one in offsets]
            by_partition = dict(cast(list[tuple[int, int]], pairs))
        except ValueError as error:
            raise OpsError(f"An offset is not of the form partition:offset: {', '.join(offsets)}.") from error
        return cls(since.replace(tzinfo=UTC) if since else None, by_partition or None)


def rewind(administrator: KafkaAdministrator, group: str, beamlines: Sequence[str], beginning: Beginning) -> int:
    """Set the group back and return how many messages will be read again.

    Args:
        administrator: who does it.
        group: of the ingestors, none of which may run.
        beamlines: whose topics.
        beginning: from where.

    Raises:
        OpsError: ingestors run, there is no such topic, or Kafka refuses.
    """
    admin = administrator.connect()
    try:
        return sum(_rewind(admin, group, scan_topic(beamline), beginning) for beamline in beamlines)
    except ValueError as error:
        raise OpsError(f"{error}.") from error
    except KafkaException as error:
        if error.args[0].code() in _IN_USE:
            raise OpsError(f"Ingestors of {group} run.", way_out="Scale them to 0 first.") from error
        raise OpsError(f"Kafka refuses: {error.args[0].str()}.") from error


def _rewind(admin: AdminClient, group: str, topic: str, beginning: Beginning) -> int:
    found = admin.list_topics(topic, timeout=REQUEST_SECONDS).topics[topic]
    if found.error is not None:
        raise OpsError(f"There is no topic {topic}.")
    partitions = list(found.partitions)
    first = _offsets(admin, topic, partitions, OffsetSpec.earliest())  # type: ignore[no-untyped-call]
    end = _offsets(admin, topic, partitions, OffsetSpec.latest())  # type: ignore[no-untyped-call]
    committed = _committed(admin, group, topic, partitions)
    wanted = _wanted(admin, topic, partitions, beginning)
    begin = {
        # A group that has read nothing yet begins with the first message.
        partition: min(
            max(wanted.get(partition, end[partition]), first[partition]), committed.get(partition, first[partition])
        )
        for partition in partitions
    }
    changed = [TopicPartition(topic, number, at) for number, at in begin.items() if at != committed.get(number)]
    if changed:
        answer = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, changed)])
        for one in answer[group].result(REQUEST_SECONDS).topic_partitions:
            if one.error is not None:
                raise KafkaException(one.error)
    again = sum(max(committed.get(number, at) - at, 0) for number, at in begin.items())
    log.info("set back", topic=topic, offsets={str(number): at for number, at in begin.items()}, read_again=again)
    lost = {str(number): first[number] for number, at in wanted.items() if at < first[number]}
    if lost:
        log.warning("older messages are no longer in the topic", topic=topic, first_offsets=lost)
    return again


def _wanted(admin: AdminClient, topic: str, partitions: Sequence[int], beginning: Beginning) -> dict[int, int]:
    if beginning.since is None:
        return dict(beginning.offsets or {})
    milliseconds = int(beginning.since.timestamp() * 1000)
    found = _offsets(admin, topic, partitions, OffsetSpec.for_timestamp(milliseconds))
    return {number: at for number, at in found.items() if at != _NOTHING_LATER}


def _offsets(admin: AdminClient, topic: str, partitions: Sequence[int], spec: OffsetSpec) -> dict[int, int]:
    asked = admin.list_offsets({TopicPartition(topic, number): spec for number in partitions})
    return {one.partition: future.result(REQUEST_SECONDS).offset for one, future in asked.items()}


def _committed(admin: AdminClient, group: str, topic: str, partitions: Sequence[int]) -> dict[int, int]:
    request = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, number) for number in partitions])
    answer: Future[Any] = admin.list_consumer_group_offsets([request])[group]
    found = answer.result(REQUEST_SECONDS).topic_partitions
    return {one.partition: one.offset for one in found if one.offset >= 0}
