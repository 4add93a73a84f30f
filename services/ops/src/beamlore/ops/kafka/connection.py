"""The administrator's connection to Kafka."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

from confluent_kafka.admin import AdminClient

REQUEST_SECONDS: Final = 30


class KafkaAdministrator:
    """An account that may do everything.

    Args:
        bootstrap: host:port of brokers, with commas between.
        username: of the account.
        password: of the account.
        mechanism: of SASL.
        protocol: ``SASL_PLAINTEXT`` or ``SASL_SSL``.
        ca_file: authorities of the brokers' certificates (PEM); the machine's own where there is none.
        ca: the same as PEM text.
    """

    def __init__(
        self,
        bootstrap: str,
        username: str,
        password: str,
        *,
        mechanism: str = "PLAIN",
        protocol: str = "SASL_PLAINTEXT",
        ca_file: Path | None = None,
        ca: str | None = None,
    ) -> None:
        self.bootstrap = bootstrap
        self.options: dict[str, str | int | float | bool] = {
            "bootstrap.servers": bootstrap,
            "security.protocol": protocol,
            "sasl.mechanism": mechanism,
            "sasl.username": username,
            "sasl.password": password,
            # librdkafka would write to standard error that it tries again.
            "log_level": 0,
        }
        if ca_file is not None:
            self.options["ssl.ca.location"] = str(ca_file)
        if ca is not None:
            self.options["ssl.ca.pem"] = ca

    def connect(self) -> AdminClient:
        """Return a client of librdkafka's, which connects when it is first used."""
        return AdminClient(self.options)


def wait_for(futures: dict[Any, Future[Any]]) -> None:
    """Wait for the answers to an administrator's request.

    Raises:
        KafkaException: Kafka refused one.
    """
    for future in futures.values():
        future.result(REQUEST_SECONDS)
