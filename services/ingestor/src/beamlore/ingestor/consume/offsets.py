"""Where the group is in its topics."""

from collections.abc import Iterable
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from beamlore.core import kafka_options
from beamlore.ingestor.settings import Settings


class Place(NamedTuple):
    """Where a group is in a partition, in offsets."""

    end: int
    """Of the next message that is written."""
    next: int
    """Of the next message that the group reads; of the oldest that is kept, where it has read none or that is newer."""


class GroupOffsets:
    """Asks for the places of the group, as a member of none.

    A consumer that reads by a pattern must not ask: where a topic is deleted at that moment, aiokafka 0.14 looks for
    that topic alone from then on (``AIOKafkaClient.add_topic``), finds none, and reads nothing any more.
    """

    def __init__(self, settings: Settings) -> None:
        self._consumer = AIOKafkaConsumer(
            **kafka_options(settings),
            client_id="beamlore-ingestor-offsets",
            group_id=settings.consumer_group,
            enable_auto_commit=False,
            request_timeout_ms=15_000,
        )

    async def start(self) -> None:
        """Connect.

        Raises:
            KafkaError: the broker does not answer.
        """
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def places(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, Place]:
        """Return where the group is in each of these partitions.

        Raises:
            KafkaError: the broker does not answer, or does not know one of them.
        """
        asked = list(partitions)
        first = await self._consumer.beginning_offsets(asked)
        ends = await self._consumer.end_offsets(asked)
        committed = {one: await self._consumer.committed(one) for one in asked}
        return {one: Place(ends[one], max(committed[one] or 0, first[one])) for one in asked}
