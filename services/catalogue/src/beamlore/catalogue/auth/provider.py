"""Login by the identity provider with the browser: authorization code and PKCE, for SciCat's frontends.

Source: OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE).
"""

import base64
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.person import Person
from beamlore.core import (
    BadRequestError,
    BoundedClient,
    NotFoundError,
    OidcSettings,
    TokenVerifier,
    UnauthenticatedError,
    UnavailableError,
    verified_email,
)

_TIMEOUT_SECONDS = 5


class IdentityProvider:
    """Sends browsers to the identity provider and believes what they bring back, once it is checked."""

    def __init__(self, settings: Settings, verifier: TokenVerifier) -> None:
        self._settings = settings
        self._access = verifier
        parties = {*settings.oidc_id_token_audiences, *settings.oidc_additional_authorized_parties}
        audiences = [one for one in (settings.client_id, *sorted(parties)) if one]
        self._identity = [TokenVerifier(_for_audience(settings, audience)) for audience in dict.fromkeys(audiences)]
        self._metadata: Mapping[str, Any] | None = None

    async def login_url(self, callback: str) -> tuple[str, dict[str, str]]:
        """Return the address of the login page, and what must be known again when the browser comes back."""
        metadata = await self._discovered()
        remembered = {name: secrets.token_urlsafe(48) for name in ("verifier", "nonce", "state")}
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": callback,
            "scope": self._settings.oidc_scope,
            "state": remembered["state"],
            "nonce": remembered["nonce"],
            "code_challenge": create_s256_code_challenge(remembered["verifier"]),
            "code_challenge_method": "S256",
        }
        return f"{metadata['authorization_endpoint']}?{urlencode(query)}", remembered | {"callback": callback}

    async def complete(self, remembered: Mapping[str, Any], query: Mapping[str, str]) -> Person:
        """Return who logged in.

        Raises:
            UnauthenticatedError: the provider refused, or what came back does not belong to what was sent.
            UnavailableError: the provider does not answer.
        """
        if query.get("error"):
            raise UnauthenticatedError(f"the identity provider refused the login: {query['error'][:80]}")
        if not secrets.compare_digest(str(remembered["state"]), query.get("state", "")) or "code" not in query:
            raise UnauthenticatedError("the answer does not belong to the login that was begun here; begin again")
        tokens = await self._exchange(query["code"], remembered)
        claims = await self._claims(str(tokens.get("id_token", "")), nonce=str(remembered["nonce"]))
        return self._person(await self._with_groups(claims, str(tokens.get("access_token", ""))))

    async def _exchange(self, code: str, remembered: Mapping[str, Any]) -> dict[str, Any]:
        metadata = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": remembered["callback"],
            "code_verifier": remembered["verifier"],
        }
        secret = self._settings.client_secret.get_secret_value()
        try:
            async with BoundedClient(seconds=_TIMEOUT_SECONDS) as client:
                answer = await client.post(
                    self._reachable(metadata["token_endpoint"]), data=form, auth=(self._settings.client_id, secret)
                )
        except httpx.HTTPError as error:
            raise UnavailableError("the identity provider does not answer; try again in a moment") from error
        if answer.status_code != httpx.codes.OK:
            raise UnauthenticatedError("the identity provider gives no token for this login; begin again")
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def from_id_token(self, token: str) -> Person:
        """Return who an ID token describes that was given to one of our clients.

        Raises:
            UnauthenticatedError: it is not valid, or not for a client of ours.
        """
        return self._person(await self._claims(token))

    async def end_of_session(self) -> str:
        """Return where the provider ends its own session; empty where it names no such place.

        Raises:
            UnavailableError: the provider does not answer.
        """
        return str((await self._discovered()).get("end_session_endpoint", ""))

    async def _claims(self, token: str, *, nonce: str | None = None) -> dict[str, Any]:
        if not self._settings.oidc_issuer:
            raise NotFoundError("no identity provider is configured")
        if token.count(".") != 2:
            raise UnauthenticatedError("the ID token is not a token")
        refused: UnauthenticatedError | None = None
        for verifier in self._identity:
            try:
                await verifier.verify(token)
            except UnauthenticatedError as error:
                refused = error
            else:
                claims = _payload(token)
                if nonce is not None and claims.get("nonce") != nonce:
                    raise UnauthenticatedError("the ID token belongs to another login")
                return claims
        raise refused or UnauthenticatedError("the ID token is for none of our clients")

    async def _with_groups(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        """Return the claims with the groups of the access token, where only that one names them."""
        claim = self._settings.oidc_access_groups_property
        if claim in claims or access_token.count(".") != 2:
            return claims
        try:
            principal = await self._access.verify(access_token)
        except UnauthenticatedError:
            # It is for other services only, which is the provider's business.
            return claims
        return claims | {claim: sorted(principal.groups)}

    def _person(self, claims: Mapping[str, Any]) -> Person:
        settings = self._settings
        names = [str(claims[name]) for name in settings.oidc_userinfo_username if isinstance(claims.get(name), str)]
        username = "_".join(names) or _text(claims, "preferred_username") or _text(claims, "name")
        key = _text(claims, settings.oidc_userinfo_id) or _text(claims, "sub") or _text(claims, "user_id")
        photo = _text(claims, settings.oidc_userinfo_photo)
        return Person(
            strategy="oidc",
            external_id=key,
            username=username or key,
            name=_text(claims, settings.oidc_userinfo_displayname),
            email=verified_email(claims, settings.oidc_userinfo_email, is_trusted=settings.oidc_email_trusted),
            provider=_text(claims, settings.oidc_userinfo_provider),
            photo=f"data:image/jpeg;base64,{base64.b64encode(photo.encode('latin-1', 'ignore')).decode()}"
            if photo
            else "",
            session=_text(claims, "sid"),
            proven_at=float(issued) if isinstance(issued := claims.get("iat"), int | float) else None,
            payload=claims,
        )

    async def _discovered(self) -> Mapping[str, Any]:
        if not self._settings.oidc_issuer:
            raise NotFoundError("no identity provider is configured")
        if self._metadata is None:
            try:
                async with BoundedClient(seconds=_TIMEOUT_SECONDS) as client:
                    answer = await client.get(f"{self._settings.oidc_base}/.well-known/openid-configuration")
                    answer.raise_for_status()
            except httpx.HTTPError as error:
                raise UnavailableError("the identity provider does not answer; try again in a moment") from error
            self._metadata = answer.json()
        return self._metadata

    def _reachable(self, url: str) -> str:
        issuer = self._settings.oidc_issuer.rstrip("/")
        return self._settings.oidc_base + url.removeprefix(issuer) if url.startswith(issuer) else url


def local_path(url: str | None) -> str:
    """Return where to go after the login: a path of the same site, so that nobody is sent elsewhere with a token.

    Raises:
        BadRequestError: it is not one.
    """
    if not url:
        return "/"
    if not url.startswith("/") or url.startswith(("//", "/\\")) or any(ord(one) < 32 for one in url):
        raise BadRequestError("returnUrl: must be a path that begins with a single '/'")
    return url


def _for_audience(settings: Settings, audience: str) -> OidcSettings:
    return OidcSettings(
        oidc_issuer=settings.oidc_issuer,
        oidc_audience=audience,
        oidc_backchannel_url=settings.oidc_backchannel_url,
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _payload(token: str) -> dict[str, Any]:
    """Return the claims of a token whose signature has been checked already."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
