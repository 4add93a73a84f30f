"""What every server shares: settings, errors, identity, HTTP, MongoDB, Kafka and telemetry."""

from beamlore.core._app import create_app, serve, server
from beamlore.core._durability import Durability, DurabilityLevel, DurableWriter, WriteScope
from beamlore.core._errors import (
    BadRequestError,
    BeamloreError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
    TooLargeError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
    UnprocessableError,
    install_error_handlers,
)
from beamlore.core._health import Health
from beamlore.core._identity import (
    ANONYMOUS,
    CurrentPrincipal,
    OptionalPrincipal,
    Principal,
    Verifier,
    authenticated,
    bearer_token,
    requires,
)
from beamlore.core._kafka import kafka_options
from beamlore.core._models import ApiModel
from beamlore.core._mongo import connect
from beamlore.core._service_account import ServiceAccountAuth
from beamlore.core._settings import ClientSettings, HttpSettings, KafkaSettings, MongoSettings, OidcSettings
from beamlore.core._telemetry import Phases, configure_logging
from beamlore.core._tokens import TokenVerifier

__all__ = [
    "ANONYMOUS",
    "ApiModel",
    "BadRequestError",
    "BeamloreError",
    "ClientSettings",
    "ConflictError",
    "CurrentPrincipal",
    "Durability",
    "DurabilityLevel",
    "DurableWriter",
    "ForbiddenError",
    "Health",
    "HttpSettings",
    "KafkaSettings",
    "MongoSettings",
    "NotFoundError",
    "OidcSettings",
    "OptionalPrincipal",
    "Phases",
    "PreconditionFailedError",
    "PreconditionRequiredError",
    "Principal",
    "ServiceAccountAuth",
    "TokenVerifier",
    "TooLargeError",
    "TooManyRequestsError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnprocessableError",
    "Verifier",
    "WriteScope",
    "authenticated",
    "bearer_token",
    "configure_logging",
    "connect",
    "create_app",
    "install_error_handlers",
    "kafka_options",
    "requires",
    "serve",
    "server",
]
