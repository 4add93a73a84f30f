"""The token with which a beamline asks the configurator (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""

import time
from collections.abc import Generator

import httpx

from beamlore.beamline.settings import BeamlineSettings

_RENEW_BEFORE_SECONDS = 30


class ClientCredentialsAuth(httpx.Auth):
    """Adds the client's bearer token to requests; renews it before it expires, and once when it is refused."""

    requires_response_body = True

    def __init__(self, token_url: str, client_id: str, client_secret: str) -> None:
        self._token_url = token_url
        self._credentials = httpx.BasicAuth(client_id, client_secret)
        self._token: str | None = None
        self._renew_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token, asking for one first where there is none.

        Raises:
            httpx.HTTPStatusError: the identity provider gives no token.
        """
        fresh = False
        if self._token is None or time.monotonic() > self._renew_at:
            self._take((yield self._token_request()))
            fresh = True
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED and not fresh:
            self._take((yield self._token_request()))
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _token_request(self) -> httpx.Request:
        request = httpx.Request("POST", self._token_url, data={"grant_type": "client_credentials"})
        return next(self._credentials.auth_flow(request))

    def _take(self, response: httpx.Response) -> None:
        self._token = None
        response.raise_for_status()
        answer = response.json()
        lifetime = float(answer.get("expires_in", 60))
        self._renew_at = time.monotonic() + max(lifetime - _RENEW_BEFORE_SECONDS, lifetime / 2)
        self._token = str(answer["access_token"])


def configurator_auth(settings: BeamlineSettings) -> httpx.Auth | None:
    """Return how the settings' client authenticates, ``None`` where they name no client.

    The address of the token endpoint is Keycloak's: ``<issuer>/protocol/openid-connect/token``.
    """
    issuer = settings.oidc_backchannel_url or settings.oidc_issuer
    if issuer is None or settings.client_id is None or settings.client_secret is None:
        return None
    token_url = f"{issuer.rstrip('/')}/protocol/openid-connect/token"
    return ClientCredentialsAuth(token_url, settings.client_id, settings.client_secret.get_secret_value())
