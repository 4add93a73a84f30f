"""Kafka: one idempotent producer; every message is acknowledged by all replicas in sync."""

import asyncio

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from beamlore.catalogue.settings import Settings
from beamlore.core import KafkaSettings, kafka_options

_SECONDS = 15


class KafkaSender:
    """Produces to topics."""

    def __init__(self, settings: Settings) -> None:
        self._options = kafka_options(
            KafkaSettings(
                kafka_bootstrap=settings.kafka_bootstrap,
                kafka_username=settings.kafka_username or None,
                kafka_password=settings.kafka_password,
                kafka_protocol=settings.kafka_protocol,
                kafka_mechanism=settings.kafka_mechanism,
                kafka_ca_file=settings.kafka_ca_file,
                kafka_check_hostname=settings.kafka_check_hostname,
            )
        )
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, address: tuple[str, ...], body: bytes) -> None:
        """Produce a message.

        Args:
            address: topic and key.
            body: the message, JSON.

        Raises:
            OSError: the broker cannot be reached, or does not take the message.
        """
        topic, key = address
        try:
            async with asyncio.timeout(_SECONDS):
                producer = await self._started()
                await producer.send_and_wait(topic, body, key=key.encode())
        except (KafkaError, TimeoutError) as error:
            raise OSError(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Stop the producer."""
        if self._producer is not None:
            await self._producer.stop()

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._options, acks="all", enable_idempotence=True, request_timeout_ms=_SECONDS * 1000
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer
