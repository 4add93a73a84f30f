"""How the services' clients reach the broker."""

import ssl
from typing import Any

from beamlore.core._settings import KafkaSettings


def kafka_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the connection's keyword arguments for aiokafka's consumer, producer and admin client.

    Raises:
        OSError: the file of authorities cannot be read (`ssl.SSLError`: it holds none).
    """
    has_account = settings.kafka_username is not None and settings.kafka_password is not None
    protocol = settings.kafka_protocol or ("SASL_PLAINTEXT" if has_account else "PLAINTEXT")
    options: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap, "security_protocol": protocol}
    if protocol.endswith("SSL"):
        context = ssl.create_default_context(
            cafile=None if settings.kafka_ca_file is None else str(settings.kafka_ca_file), cadata=settings.kafka_ca
        )
        context.check_hostname = settings.kafka_check_hostname
        options["ssl_context"] = context
    if protocol.startswith("SASL") and settings.kafka_username is not None and settings.kafka_password is not None:
        options |= {
            "sasl_mechanism": settings.kafka_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    return options
