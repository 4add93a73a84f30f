"""What every server shares: settings, errors, identity, HTTP, MongoDB, Kafka and telemetry."""

from beamlore.core._accounts import GONE, Account, AccountSource, KeycloakAccounts
from beamlore.core._app import create_app
from beamlore.core._bodies import takes_bodies_of
from beamlore.core._current import current_request, known, new_request_id, request_id, working_on
from beamlore.core._deadlines import READ_SECONDS, WRITE_SECONDS, deadline, read_seconds, to_database, to_server
from beamlore.core._durability import Durability, DurabilityLevel, DurableWriter, WriteScope
from beamlore.core._ending import Ending
from beamlore.core._errors import (
    BadRequestError,
    BeamloreError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
    RequestTimeoutError,
    TooLargeError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnavailableError,
    UnprocessableError,
)
from beamlore.core._health import Health
from beamlore.core._http_client import BoundedClient
from beamlore.core._identity import (
    ANONYMOUS,
    CurrentPrincipal,
    OptionalPrincipal,
    Principal,
    Standing,
    Verifier,
    authenticated,
    bearer_token,
    requires,
)
from beamlore.core._indexes import index_migration
from beamlore.core._kafka import kafka_options
from beamlore.core._measures import Phases, measured, phase_took
from beamlore.core._migrate import MigrationError, MigrationSettings, migrate, migrate_now
from beamlore.core._migrations import Database, LeaseLostError, Migration, Migrations, Tell
from beamlore.core._models import ApiModel
from beamlore.core._mongo import connect, reason_of
from beamlore.core._mongo_errors import is_transient, is_unknown_commit, translated
from beamlore.core._present import PresentVerifier, check_account
from beamlore.core._problems import bounded, install_error_handlers, listed, most_details, request_mistakes, shortened
from beamlore.core._query import takes_any_query
from beamlore.core._rechecks import AccountRechecks
from beamlore.core._schema import SchemaWatch
from beamlore.core._server import Server, serve, server
from beamlore.core._service_account import ServiceAccountAuth
from beamlore.core._service_client import service_client
from beamlore.core._settings import (
    ClientSettings,
    HttpSettings,
    IdentityCheckSettings,
    KafkaSettings,
    MongoSettings,
    OidcSettings,
)
from beamlore.core._telemetry import configure_logging
from beamlore.core._tokens import TokenVerifier, is_address, verified_email
from beamlore.core._tracing import begin_span, is_tracing, span_within, start_tracing, traceparent_of
from beamlore.core._wording import mistakes_of, place_in, sentence_of, written

__all__ = [
    "ANONYMOUS",
    "GONE",
    "READ_SECONDS",
    "WRITE_SECONDS",
    "Account",
    "AccountRechecks",
    "AccountSource",
    "ApiModel",
    "BadRequestError",
    "BeamloreError",
    "BoundedClient",
    "ClientSettings",
    "ConflictError",
    "CurrentPrincipal",
    "Database",
    "Durability",
    "DurabilityLevel",
    "DurableWriter",
    "Ending",
    "ForbiddenError",
    "Health",
    "HttpSettings",
    "IdentityCheckSettings",
    "KafkaSettings",
    "KeycloakAccounts",
    "LeaseLostError",
    "Migration",
    "MigrationError",
    "MigrationSettings",
    "Migrations",
    "MongoSettings",
    "NotFoundError",
    "OidcSettings",
    "OptionalPrincipal",
    "Phases",
    "PreconditionFailedError",
    "PreconditionRequiredError",
    "PresentVerifier",
    "Principal",
    "RequestTimeoutError",
    "SchemaWatch",
    "Server",
    "ServiceAccountAuth",
    "Standing",
    "Tell",
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
    "begin_span",
    "bounded",
    "check_account",
    "configure_logging",
    "connect",
    "create_app",
    "current_request",
    "deadline",
    "index_migration",
    "install_error_handlers",
    "is_address",
    "is_tracing",
    "is_transient",
    "is_unknown_commit",
    "kafka_options",
    "known",
    "listed",
    "measured",
    "migrate",
    "migrate_now",
    "mistakes_of",
    "most_details",
    "new_request_id",
    "phase_took",
    "place_in",
    "read_seconds",
    "reason_of",
    "request_id",
    "request_mistakes",
    "requires",
    "sentence_of",
    "serve",
    "server",
    "service_client",
    "shortened",
    "span_within",
    "start_tracing",
    "takes_any_query",
    "takes_bodies_of",
    "to_database",
    "to_server",
    "traceparent_of",
    "translated",
    "verified_email",
    "working_on",
    "written",
]
