"""Where actions are made, with what they reach out with."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beamlore.catalogue.jobs.actions.action import Action, Operation, Tools
from beamlore.catalogue.jobs.actions.kinds import build_action
from beamlore.catalogue.jobs.actions.templates import Templates
from beamlore.catalogue.jobs.reach.mail import mailer
from beamlore.catalogue.settings import Settings
from beamlore.core import BoundedClient

if TYPE_CHECKING:
    from beamlore.catalogue.jobs.reach.kafka import KafkaSender
    from beamlore.catalogue.jobs.reach.rabbitmq import RabbitSender

_SECONDS = 60


class Workshop:
    """Makes actions. Nothing is connected before one needs it."""

    def __init__(self, settings: Settings) -> None:
        self._templates = Templates()
        self._http = BoundedClient(seconds=_SECONDS, follow_redirects=True)
        self._mail = mailer(settings, self._http)
        self._rabbitmq = _rabbit_sender(settings) if settings.rabbitmq_enabled else None
        self._kafka = _kafka_sender(settings) if settings.kafka_bootstrap else None
        path = settings.job_configuration_file
        self._directory = path.parent if path is not None else Path()

    def build(self, options: Mapping[str, Any], operation: Operation, at: str) -> Action:
        """Return the action that the configuration describes.

        Raises:
            ConfigurationError: there is no such kind, or its options are wrong.
        """
        tools = Tools(
            self._templates,
            operation,
            self._directory,
            self._http,
            self._mail,
            self._rabbitmq,
            self._kafka,
            build_action,
        )
        return build_action(options, tools, at)

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()
        for sender in (self._rabbitmq, self._kafka):
            if sender is not None:
                await sender.close()


# Their clients are a twelfth of what a start takes: only who sends there waits for them.
def _rabbit_sender(settings: Settings) -> "RabbitSender":
    from beamlore.catalogue.jobs.reach.rabbitmq import RabbitSender

    return RabbitSender(settings)


def _kafka_sender(settings: Settings) -> "KafkaSender":
    from beamlore.catalogue.jobs.reach.kafka import KafkaSender

    return KafkaSender(settings)
