"""Query parameters that a route does not have: refused on our own routes, told about on others.

A name that is spelt wrongly would otherwise be ignored: a filter that filters nothing, a count of everything.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from beamlore.core._errors import BadRequestError

_ANY = "beamlore_any_query"
_LENGTH = 60
_TOLD = 5
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes_any_query(endpoint: Endpoint) -> Endpoint:
    """Mark a route that reads the query itself, such as what an identity provider sends back."""
    setattr(endpoint, _ANY, True)
    return endpoint


class QueryParameters:
    """Compares the names in a query with the parameters that a route declares."""

    def __init__(self, prefix: str) -> None:
        """Prepare.

        Args:
            prefix: of the routes that refuse what they do not know. The others, whose clients we do not write, go on
                and answer with a ``Warning`` header (RFC 7234, section 5.5).
        """
        self._prefix = f"{prefix}/"
        self._known: dict[int, frozenset[str] | None] = {}

    def checked(self, route: APIRoute, scope: Scope, send: Send) -> Send:
        """Return what sends the answer to a request with this query.

        Raises:
            BadRequestError: one of our own routes does not have a parameter.
        """
        known = self._parameters(route)
        if known is None:
            return send
        names = dict.fromkeys(name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), True))
        unknown = [name[:_LENGTH] for name in names if name not in known]
        if not unknown:
            return send
        told = ", ".join(ascii(name)[1:-1] for name in unknown[:_TOLD]).replace('"', "'")
        if route.path.startswith(self._prefix):
            has = f"it has {', '.join(sorted(known))}" if known else "it has none"
            raise BadRequestError(f"unknown query parameter: {told}; {has}")

        async def send_with_warning(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Warning", f'299 - "unknown query parameter ignored: {told}"')
            await send(message)

        return send_with_warning

    def _parameters(self, route: APIRoute) -> frozenset[str] | None:
        """Return the names of a route's parameters; ``None`` where it takes any."""
        key = id(route)
        if key not in self._known:
            self._known[key] = None if getattr(route.endpoint, _ANY, False) else frozenset(_names(route.dependant))
        return self._known[key]


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for one in dependant.dependencies:
        yield from _names(one)
