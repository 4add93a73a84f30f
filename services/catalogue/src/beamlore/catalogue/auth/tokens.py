"""The tokens of SciCat's login routes: signed by us, taken everywhere beside the identity provider's.

Source: RFC 7519 and RFC 8725 (JWT best current practices): one algorithm, issuer, audience and expiry are checked.
With SciCat's ``JWT_SECRET`` the tokens are signed with it, so that other services that share the secret go on reading
them, and tokens that a SciCat backend gave out go on being taken until they expire.
"""

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
from joserfc import jwe, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey
from joserfc.jws import extract_compact

from beamlore.catalogue.auth.errors import SessionExpiredError
from beamlore.catalogue.auth.logins import Login
from beamlore.catalogue.servicetokens.service import PREFIX, ServiceTokens, narrowed
from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.directory import digest
from beamlore.contract import CATALOGUE_ADMIN
from beamlore.core import ANONYMOUS, Principal, UnauthenticatedError, Verifier

if TYPE_CHECKING:
    from beamlore.catalogue.users.service import UserService

_ALGORITHM = "HS256"
_ISSUER = "beamlore:catalogue"
_AUDIENCE = "beamlore"
_LOGIN_SECONDS = 600
_READ_BEFORE = 2048
_NO_ONE = "anonymous"


@dataclass(frozen=True)
class Proof:
    """What a token proves: who it is, and until when."""

    principal: Principal
    user_id: str | None = None
    """The user whose groups are to be looked up; without it the principal has the groups the token names."""


class SessionTokens:
    """Makes and checks our own tokens."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.secret
        scicats = settings.jwt_secret.get_secret_value().encode() if settings.jwt_secret else None
        # One secret, two keys: what seals a login in progress must never pass for a token.
        self._signing = OctKey.import_key(
            scicats if scicats and settings.token_secret is None else _derived(secret, "session token")
        )
        self._scicats = OctKey.import_key(scicats) if scicats else None
        self._sealing = OctKey.import_key(_derived(secret, "login in progress"))
        self._lifetime = settings.token_lifetime_seconds
        self._claims = jwt.JWTClaimsRegistry(
            leeway=0,
            iss={"essential": True, "value": _ISSUER},
            aud={"essential": True, "value": _AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._scicats_claims = jwt.JWTClaimsRegistry(leeway=0, exp={"essential": True}, _id={"essential": True})
        self._read: OrderedDict[str, Proof] = OrderedDict()

    @property
    def lifetime(self) -> int:
        """Seconds a token holds."""
        return self._lifetime

    def issue(self, principal: Principal) -> str:
        """Return a token that proves the principal, for at most as long as what proved it before."""
        expires = int(time.time()) + self._lifetime
        if principal.expires_at is not None:
            expires = min(expires, int(principal.expires_at))
        return self._signed(
            {
                "sub": principal.subject,
                "preferred_username": principal.username,
                "name": principal.name,
                "email": principal.email,
                "groups": sorted(principal.groups),
            },
            expires,
        )

    def issue_for(
        self, user: Mapping[str, Any], *, login: Login | None = None, seconds: int | None = None, **claims: Any
    ) -> str:
        """Return a token of a user, whose groups are looked up whenever it is used.

        Args:
            user: SciCat's record of the user.
            login: which it comes from, and does not outlive; none where an administrator makes it.
            seconds: how long it holds, where that is not the usual time; a token may be made that has run out.
            claims: more, for others who read the token.
        """
        key = str(user["_id"])
        shown = {name: user[name] for name in ("username", "email", "authStrategy") if isinstance(user.get(name), str)}
        expires = int(time.time()) + (self._lifetime if seconds is None else seconds)
        if login is not None:
            expires = min(expires, int(login.ends_at))
            claims |= login.claims
        return self._signed({"sub": key, "_id": key, "id": key, **shown, **claims}, expires)

    def issue_anonymous(self) -> str:
        """Return a token of nobody, which others take for someone who is not logged in."""
        claims = {"sub": _NO_ONE, "username": _NO_ONE, "groups": ["public"]}
        return self._signed(claims, int(time.time()) + self._lifetime)

    def verify(self, token: str) -> Principal:
        """Return the principal a token of ours proves, with the groups the token itself names.

        Raises:
            UnauthenticatedError: it is malformed, forged or expired.
        """
        return self.read(token).principal

    def read(self, token: str) -> Proof:
        """Return what a token of ours, or of a SciCat backend with the same secret, proves.

        A token that was read before is remembered until it expires: its signature does not change.

        Raises:
            UnauthenticatedError: it is malformed, forged or expired.
        """
        known = self._read.get(token)
        if known is None or (known.principal.expires_at or 0) <= time.time():
            self._read.pop(token, None)
            known = _proof(self._checked(token))
            self._read[token] = known
            if len(self._read) > _READ_BEFORE:
                self._read.popitem(last=False)
        return known

    def is_own(self, token: str) -> bool:
        """Return whether a token is of the kind that is signed here."""
        return _algorithm(token) == _ALGORITHM

    def _signed(self, claims: Mapping[str, Any], expires: int) -> str:
        own: dict[str, Any] = {"iss": _ISSUER, "aud": _AUDIENCE, "iat": int(time.time()), "exp": expires}
        own["jti"] = secrets.token_urlsafe(8)
        return jwt.encode({"alg": _ALGORITHM}, {**claims, **own}, self._signing)

    def _checked(self, token: str) -> Mapping[str, Any]:
        refused: Exception | None = None
        for key, registry in ((self._signing, self._claims), (self._scicats, self._scicats_claims)):
            if key is None:
                continue
            try:
                claims = jwt.decode(token, key, algorithms=[_ALGORITHM]).claims
                if registry is self._scicats_claims and "iss" in claims:
                    continue
                registry.validate(claims)
            except ExpiredTokenError as error:
                raise SessionExpiredError from error
            except (JoseError, ValueError) as error:
                refused = error
            else:
                return claims
        raise UnauthenticatedError("the token is not valid; log in again") from refused

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
    """Verifies all kinds of bearer token; the header's algorithm only chooses who checks, and each pins its own.

    Members of a group that the settings call one of administrators are administrators.
    """

    def __init__(self, provider: Verifier | None, own: SessionTokens, admin_groups: Iterable[str]) -> None:
        self._provider = provider
        self._own = own
        self._admin_groups = frozenset(group for group in admin_groups if group)
        self._users: UserService | None = None
        self._service_tokens: ServiceTokens | None = None

    def look_up(self, users: "UserService", service_tokens: ServiceTokens) -> None:
        """Look users and service tokens up from now on."""
        self._users = users
        self._service_tokens = service_tokens

    async def verify(self, token: str) -> Principal:
        """Return the principal as they are now; cheap, however often it is asked.

        Raises:
            UnauthenticatedError: the token is not to be believed, or no longer.
            UnavailableError: the identity provider's keys were never had and it does not answer, it could not be asked
                for the account for too long, or the database does not answer.
        """
        if token.startswith(PREFIX):
            return await self._of_service(token)
        if self._own.is_own(token):
            return self.with_administration(await self._ours(token))
        if self._provider is None:
            raise UnauthenticatedError("the token is not one of the catalogue's")
        principal = await self._provider.verify(token)
        self._check_login(principal)
        return self.with_administration(principal)

    def with_administration(self, principal: Principal) -> Principal:
        """Return the principal, made an administrator where one of its groups is one of administrators."""
        if principal.groups.isdisjoint(self._admin_groups):
            return principal
        return replace(principal, groups=principal.groups | {CATALOGUE_ADMIN})

    async def _of_service(self, token: str) -> Principal:
        if self._users is None or self._service_tokens is None:
            raise UnauthenticatedError("service tokens cannot be looked up yet")
        principal, groups = await self._service_tokens.verify(token, self._users)
        return narrowed(self.with_administration(principal), groups)

    async def _ours(self, token: str) -> Principal:
        proof = self._own.read(token)
        shown = proof.principal
        if proof.user_id is None or self._users is None:
            return shown
        self._check_login(shown)
        member = await self._users.present(proof.user_id, shown)
        if member is None:
            raise UnauthenticatedError("the user of this token is no more; log in again", reason="unknown")
        if member.revoked and digest(token) in member.revoked:
            raise UnauthenticatedError("this session has ended; log in again", reason="revoked")
        return replace(
            member.principal,
            expires_at=shown.expires_at,
            issued_at=shown.issued_at,
            session=shown.session,
            session_ends_at=shown.session_ends_at,
        )

    def _check_login(self, principal: Principal) -> None:
        if principal.session and self._users is not None and principal.session in self._users.ended:
            raise UnauthenticatedError("this session has ended; log in again", reason="revoked")


def _proof(claims: Mapping[str, Any]) -> Proof:
    expires = float(claims["exp"])
    key = claims.get("_id")
    if isinstance(key, str) and key:
        # Tokens that an administrator or a SciCat backend made come from no login: what is made of them ends with them.
        ends_at, proven_at = claims.get("login_ends_at", expires), claims.get("proven_at")
        principal = Principal(
            subject=key,
            username=str(claims.get("username", "")),
            expires_at=expires,
            issued_at=None if proven_at is None else float(proven_at),
            session=str(claims.get("sid", "")),
            session_ends_at=float(ends_at),
        )
        return Proof(principal, key)
    if claims["sub"] == _NO_ONE:
        return Proof(replace(ANONYMOUS, expires_at=expires))
    return Proof(
        Principal(
            subject=str(claims["sub"]),
            username=str(claims["preferred_username"]),
            name=str(claims["name"]),
            email=str(claims["email"]),
            groups=frozenset(claims["groups"]),
            expires_at=expires,
        )
    )


def _algorithm(token: str) -> object:
    try:
        return extract_compact(token.encode()).headers().get("alg")
    except (JoseError, ValueError) as error:
        raise UnauthenticatedError("the token is not a token", reason="malformed") from error


def _derived(secret: str, purpose: str) -> bytes:
    return hashlib.blake2b(purpose.encode(), key=hashlib.sha256(secret.encode()).digest(), digest_size=32).digest()
