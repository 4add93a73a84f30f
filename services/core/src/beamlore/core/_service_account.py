"""The token with which one service calls another (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator

import httpx

from beamlore.core._errors import UnavailableError
from beamlore.core._http_client import BoundedClient
from beamlore.core._measures import service_token_failures
from beamlore.core._settings import ClientSettings, OidcSettings

_LEEWAY_SECONDS = 5
_AGAIN_SECONDS = 5
_ANSWER_SECONDS = 5


class ServiceAccountAuth(httpx.Auth):
    """Adds the service's bearer token to requests.

    It is renewed when half of its life is over, and once when it is refused. While the identity provider is away, the
    token goes on being used for the other half.
    """

    def __init__(self, oidc: OidcSettings, client: ClientSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._token_url = f"{oidc.oidc_base}/protocol/openid-connect/token"
        self._client = client
        self._clock = clock
        self._token: str | None = None
        self._renew_at = 0.0
        self._expires_at = 0.0
        self._lock = asyncio.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Refuse: services are asynchronous throughout."""
        raise RuntimeError("use an httpx.AsyncClient with ServiceAccountAuth")

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with the token.

        Raises:
            UnavailableError: the identity provider gives no token.
        """
        used = await self._current(refused=None)
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["Authorization"] = f"Bearer {await self._current(refused=used)}"
            yield request

    async def _current(self, refused: str | None) -> str:
        token = self._usable(refused)
        if token is not None and (self._clock() < self._renew_at or self._lock.locked()):
            return token
        async with self._lock:
            token = self._usable(refused)
            if token is not None and self._clock() < self._renew_at:
                return token
            try:
                self._token, lifetime = await self._fetch()
            except UnavailableError:
                if token is None:
                    raise
                self._renew_at = self._clock() + _AGAIN_SECONDS
                return token
            self._renew_at = self._clock() + lifetime / 2
            self._expires_at = self._clock() + lifetime - _LEEWAY_SECONDS
            return self._token

    def _usable(self, refused: str | None) -> str | None:
        return self._token if self._token != refused and self._clock() < self._expires_at else None

    async def _fetch(self) -> tuple[str, float]:
        secret = self._client.client_secret.get_secret_value()
        try:
            async with BoundedClient(seconds=_ANSWER_SECONDS) as http:
                answer = await http.post(
                    self._token_url,
                    data={"grant_type": "client_credentials"},
                    auth=(self._client.client_id, secret),
                )
                answer.raise_for_status()
        except httpx.HTTPError as error:
            service_token_failures.inc()
            raise UnavailableError(
                f"the identity provider gives no token for the client {self._client.client_id!r}: {error}"
            ) from error
        body = answer.json()
        return str(body["access_token"]), float(body.get("expires_in", 60))
