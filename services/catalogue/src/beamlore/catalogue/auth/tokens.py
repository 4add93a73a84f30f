"""The tokens of SciCat's login routes: signed by us, taken everywhere beside the identity provider's.

Source: RFC 7519 and RFC 8725 (JWT best current practices): one algorithm, issuer, audience and expiry are checked.
"""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson
from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import extract_compact

from beamlore.catalogue.settings import Settings
from beamlore.contract import CATALOGUE_ADMIN
from beamlore.core import Principal, TokenVerifier, UnauthenticatedError

_ALGORITHM = "HS256"
_ISSUER = "beamlore:catalogue"
_AUDIENCE = "beamlore"
_LOGIN_SECONDS = 600


class SessionTokens:
    """Makes and checks our own tokens."""

    def __init__(self, settings: Settings) -> None:
        given = settings.token_secret or settings.client_secret
        # One secret, two keys: what seals a login in progress must never pass for a token.
        self._signing = OctKey.import_key(_derived(given.get_secret_value(), "session token"))
        self._sealing = OctKey.import_key(_derived(given.get_secret_value(), "login in progress"))
        self._lifetime = settings.token_lifetime_seconds
        self._claims = jwt.JWTClaimsRegistry(
            leeway=0,
            iss={"essential": True, "value": _ISSUER},
            aud={"essential": True, "value": _AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        )

    @property
    def lifetime(self) -> int:
        """Seconds a token holds."""
        return self._lifetime

    def issue(self, principal: Principal) -> str:
        """Return a token that proves the principal, for at most as long as what proved it before."""
        now = int(time.time())
        expires = now + self._lifetime
        if principal.expires_at is not None:
            expires = min(expires, int(principal.expires_at))
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": principal.subject,
            "preferred_username": principal.username,
            "name": principal.name,
            "email": principal.email,
            "groups": sorted(principal.groups),
            "iat": now,
            "exp": expires,
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._signing)

    def verify(self, token: str) -> Principal:
        """Return the principal a token of ours proves.

        Raises:
            UnauthenticatedError: it is malformed, forged or expired.
        """
        try:
            claims = jwt.decode(token, self._signing, algorithms=[_ALGORITHM]).claims
            self._claims.validate(claims)
        except (JoseError, ValueError) as error:
            raise UnauthenticatedError("the token is not valid or has run out; log in again") from error
        return Principal(
            subject=str(claims["sub"]),
            username=str(claims["preferred_username"]),
            name=str(claims["name"]),
            email=str(claims["email"]),
            groups=frozenset(claims["groups"]),
            expires_at=float(claims["exp"]),
        )

    def seal(self, values: dict[str, Any]) -> str:
        """Return values encrypted, to be kept by a browser while its login is under way."""
        claims = values | {"exp": int(time.time()) + _LOGIN_SECONDS}
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, orjson.dumps(claims), self._sealing)

    def unseal(self, text: str) -> dict[str, Any]:
        """Return sealed values.

        Raises:
            UnauthenticatedError: they were not sealed by us, or too long ago.
        """
        try:
            opened = jwe.decrypt_compact(text, self._sealing, algorithms=["dir", "A256GCM"])
            claims: dict[str, Any] = orjson.loads(opened.plaintext or b"{}")
            jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
        except (JoseError, ValueError) as error:
            raise UnauthenticatedError("the login took too long or did not begin here; begin again") from error
        return claims


class AnyToken:
    """Verifies both kinds of bearer token; the header's algorithm only chooses who checks, and each pins its own.

    Members of a group that the settings call one of administrators are administrators.
    """

    def __init__(self, provider: TokenVerifier, own: SessionTokens, admin_groups: Iterable[str]) -> None:
        self._provider = provider
        self._own = own
        self._admin_groups = frozenset(group for group in admin_groups if group)

    async def verify(self, token: str) -> Principal:
        """Return the principal.

        Raises:
            UnauthenticatedError: the token is not to be believed.
            UnavailableError: the identity provider's keys were never had and it does not answer.
        """
        try:
            algorithm = extract_compact(token.encode()).headers().get("alg")
        except (JoseError, ValueError) as error:
            raise UnauthenticatedError("the token is not a token") from error
        principal = self._own.verify(token) if algorithm == _ALGORITHM else await self._provider.verify(token)
        if principal.groups.isdisjoint(self._admin_groups):
            return principal
        return replace(principal, groups=principal.groups | {CATALOGUE_ADMIN})


def _derived(secret: str, purpose: str) -> bytes:
    return hashlib.blake2b(purpose.encode(), key=hashlib.sha256(secret.encode()).digest(), digest_size=32).digest()
