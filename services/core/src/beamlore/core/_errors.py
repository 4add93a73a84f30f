"""One tree of named errors, each with its HTTP status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Literal, TypeAlias

_RETRY_AFTER_SECONDS = "1"
"""How soon a request may be repeated that met something which was away: as a rule it is back at once."""

TokenFailure: TypeAlias = Literal["invalid", "expired", "malformed", "signature", "claims", "unknown", "revoked"]
"""Why a token is not believed, as it is counted."""


class BeamloreError(Exception):
    """Something a caller should know. ``detail`` says what is wrong and what to do."""

    status: ClassVar[int] = 500

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra

    @property
    def title(self) -> str:
        """The status in words."""
        return HTTPStatus(self.status).phrase


class BadRequestError(BeamloreError):
    """The request cannot be understood."""

    status = 400


class UnauthenticatedError(BeamloreError):
    """No token, or one that is not to be believed."""

    status = 401

    def __init__(self, detail: str, *, reason: TokenFailure = "invalid", **extra: object) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, **extra)
        self.reason = reason


class ForbiddenError(BeamloreError):
    """The caller is known, and may not."""

    status = 403


class NotFoundError(BeamloreError):
    """There is no such thing, or none that the caller may see."""

    status = 404


class RequestTimeoutError(BeamloreError):
    """The caller sends too slowly."""

    status = 408


class ConflictError(BeamloreError):
    """The request contradicts what is stored."""

    status = 409


class PreconditionFailedError(BeamloreError):
    """What the caller believed to be stored has changed."""

    status = 412


class TooLargeError(BeamloreError):
    """The request is larger than the service takes."""

    status = 413


class UnprocessableError(BeamloreError):
    """The request is understood, and its content does not make sense."""

    status = 422


class PreconditionRequiredError(BeamloreError):
    """The request must say which version it is meant for."""

    status = 428


class TooManyRequestsError(BeamloreError):
    """The caller should slow down."""

    status = 429


class UnavailableError(BeamloreError):
    """Something this service needs does not answer at the moment; the request may be repeated."""

    status = 503

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **extra: object) -> None:
        super().__init__(detail, headers={"Retry-After": _RETRY_AFTER_SECONDS, **(headers or {})}, **extra)
