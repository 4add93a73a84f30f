"""RabbitMQ: one connection, made again after it broke; every message is confirmed by the broker."""

import asyncio

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError

from beamlore.catalogue.settings import Settings

_SECONDS = 15


class RabbitSender:
    """Publishes to topic exchanges."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._connecting = asyncio.Lock()

    async def __call__(self, address: tuple[str, ...], body: bytes) -> None:
        """Publish a message under a key of an exchange that a queue is bound to.

        Args:
            address: queue, exchange and key.
            body: the message, JSON.

        Raises:
            OSError: the broker cannot be reached, or does not take the message.
        """
        queue, exchange, key = address
        try:
            async with asyncio.timeout(_SECONDS):
                channel = await self._opened()
                bound = await channel.declare_queue(queue, durable=True)
                topic = await channel.declare_exchange(exchange, aio_pika.ExchangeType.TOPIC, durable=True)
                await bound.bind(topic, key)
                message = aio_pika.Message(
                    body, content_type="application/json", delivery_mode=aio_pika.DeliveryMode.PERSISTENT
                )
                await topic.publish(message, key, mandatory=True)
        except (AMQPError, TimeoutError, RuntimeError) as error:
            raise OSError(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _opened(self) -> AbstractChannel:
        async with self._connecting:
            if self._connection is None or self._connection.is_closed:
                password = self._settings.rabbitmq_password
                self._channel = None
                self._connection = await aio_pika.connect(
                    host=self._settings.rabbitmq_hostname,
                    port=self._settings.rabbitmq_port,
                    login=self._settings.rabbitmq_username,
                    password="" if password is None else password.get_secret_value(),
                    timeout=_SECONDS,
                )
            if self._channel is None or self._channel.is_closed:
                self._channel = await self._connection.channel(publisher_confirms=True)
            return self._channel
