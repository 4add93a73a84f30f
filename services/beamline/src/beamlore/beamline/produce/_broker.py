"""One connection to Kafka: delivers spooled messages, each partition strictly in order."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.partitioner import DefaultPartitioner

from beamlore.beamline.produce._rescue import Spooled
from beamlore.contract import TRACEPARENT

BATCH_BYTES = 512 * 1024
_REQUEST_TIMEOUT_MS = 10_000
_ANSWER_SECONDS = 30.0
_STOP_SECONDS = 2.0


class TooLargeForBrokerError(Exception):
    """The broker refused a batch for its size."""

    def __init__(self, messages: Sequence[Spooled], reason: str) -> None:
        super().__init__(reason)
        self.messages = messages


class BrokerConnection:
    """An idempotent producer that waits for all in-sync replicas.

    A partition has one batch under way at a time, and the next is sent when the broker has acknowledged it: also where
    a batch fails, nothing younger of the same PID can have overtaken it.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        self._producer = AIOKafkaProducer(
            **options,
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
        )
        self._partition_of = DefaultPartitioner()

    async def open(self) -> None:
        """Connect.

        Raises:
            KafkaError: the broker cannot be reached or refuses the account.
        """
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._producer.start()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Disconnect. What was not acknowledged stays in the spool, so this does not wait for an absent broker."""
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._producer.stop()
        except TimeoutError:
            await self._producer.client.close()

    async def deliver(
        self, messages: Sequence[Spooled], acknowledged: Callable[[list[int]], None], max_records: int
    ) -> None:
        """Send messages; calls ``acknowledged`` with the ids of each batch the broker has.

        Raises:
            TooLargeForBrokerError: a batch was refused for its size.
            KafkaError: the broker is away or refuses.
            TimeoutError: it does not answer.
        """
        partitions: dict[tuple[str, int], list[Spooled]] = defaultdict(list)
        for message in messages:
            available = sorted(await self._partitions(message.topic))
            partition = self._partition_of(message.key, available, available)
            partitions[message.topic, partition].append(message)
        results = await asyncio.gather(
            *(
                self._deliver_partition(topic, partition, queue, acknowledged, max_records)
                for (topic, partition), queue in partitions.items()
            ),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _partitions(self, topic: str) -> set[int]:
        async with asyncio.timeout(_ANSWER_SECONDS):
            found: set[int] = await self._producer.partitions_for(topic)
        return found

    async def _deliver_partition(
        self,
        topic: str,
        partition: int,
        queue: list[Spooled],
        acknowledged: Callable[[list[int]], None],
        max_records: int,
    ) -> None:
        position = 0
        while position < len(queue):
            batch = self._producer.create_batch()
            first = position
            while position < len(queue) and position - first < max_records:
                message = queue[position]
                if (
                    batch.append(key=message.key, value=message.value, timestamp=None, headers=_headers(message))
                    is None
                ):
                    break
                position += 1
            sent = queue[first:position]
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await (await self._producer.send_batch(batch, topic, partition=partition))
            except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
                raise TooLargeForBrokerError(sent, str(error)) from error
            acknowledged([message.id for message in sent])


def _headers(message: Spooled) -> list[tuple[str, bytes]]:
    return [] if message.traceparent is None else [(TRACEPARENT, message.traceparent.encode())]
