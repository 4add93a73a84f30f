"""What is wrong with a job's action."""

from http import HTTPStatus

from beamlore.core import BeamloreError


class ActionError(BeamloreError):
    """An action refuses a request, or could not be done; it says with which status the caller is told."""

    def __init__(self, detail: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(detail)
        self.status = status  # type: ignore[misc]


class ConfigurationError(ValueError):
    """The job configuration cannot be used; the text begins with the place in it."""
