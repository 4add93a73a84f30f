"""``rabbitmq`` and ``kafka``: the job as a message."""

from typing import ClassVar

from beamlore.catalogue.answers import to_json
from beamlore.catalogue.jobs.actions.action import Acts, Context, Options, Send, Tools
from beamlore.catalogue.jobs.actions.errors import ActionError, ConfigurationError


class RabbitmqOptions(Options):
    """The topic exchange, a queue bound to it, and the routing key; exchange and queue are made where missing."""

    exchange: str
    queue: str
    key: str


class RabbitmqAction(Acts):
    """Publishes the job as JSON, persistent, and waits until the broker has it."""

    kind: ClassVar[str] = "rabbitmq"

    def __init__(self, options: RabbitmqOptions, tools: Tools, at: str) -> None:
        if tools.rabbitmq is None:
            raise ConfigurationError(f"{at}: RabbitMQ is not enabled; set RABBITMQ_ENABLED and where it is")
        self._send: Send = tools.rabbitmq
        self._options = options

    async def act(self, context: Context) -> None:
        """Publish the job.

        Raises:
            ActionError: the broker did not take it.
        """
        to = self._options
        try:
            await self._send((to.queue, to.exchange, to.key), to_json(context.job))
        except OSError as error:
            raise ActionError(f"Could not send message to RabbitMQ queue {to.queue}: {error}", 502) from error


class KafkaOptions(Options):
    """The topic, and a template of the key: messages of one key stay in order."""

    topic: str
    key: str = "{{{ job.id }}}"


class KafkaAction(Acts):
    """Produces the job as JSON and waits until all replicas in sync have it."""

    kind: ClassVar[str] = "kafka"

    def __init__(self, options: KafkaOptions, tools: Tools, at: str) -> None:
        if tools.kafka is None:
            raise ConfigurationError(f"{at}: there is no Kafka; set BEAMLORE_KAFKA_BOOTSTRAP")
        self._send: Send = tools.kafka
        self._topic = options.topic
        self._key = tools.templates.compile(options.key, f"{at}.key")

    async def act(self, context: Context) -> None:
        """Produce the job.

        Raises:
            ActionError: the broker did not take it.
        """
        try:
            await self._send((self._topic, self._key(context.plain)), to_json(context.job))
        except OSError as error:
            raise ActionError(f"Could not send message to Kafka topic {self._topic}: {error}", 502) from error
