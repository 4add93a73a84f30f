"""How the services' clients reach the broker."""

from typing import Any

from beamlore.core._settings import KafkaSettings


def kafka_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the connection's keyword arguments for aiokafka's consumer, producer and admin client."""
    options: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap}
    if settings.kafka_username is not None and settings.kafka_password is not None:
        options |= {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password.get_secret_value(),
        }
    return options
