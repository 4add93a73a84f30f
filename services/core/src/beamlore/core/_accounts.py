"""Whether a person still has an account at the identity provider, and what they are a member of there.

Source: Keycloak's admin REST API (``UserRepresentation``, ``GroupRepresentation``, ``UserSessionRepresentation``). The
service's own account asks; it needs the role ``view-users`` of ``realm-management`` and no other.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import httpx
import structlog

from beamlore.core._errors import UnavailableError
from beamlore.core._http_client import BoundedClient
from beamlore.core._measures import account_checks
from beamlore.core._service_account import ServiceAccountAuth
from beamlore.core._settings import IdentityCheckSettings

log = structlog.get_logger(__name__)

_ANSWER_SECONDS = 5
_UNKNOWN = "User not found"
_PLAIN = ssl.create_default_context()
"""Made once: reading the machine's authorities takes longer than asking."""


@dataclass(frozen=True)
class Account:
    """A person's, or a service's, account as it stands at one moment."""

    is_active: bool
    """Whether it is there and not disabled."""

    email: str = ""
    """The address; empty where the provider has not verified it."""

    groups: frozenset[str] = frozenset()
    sessions: frozenset[str] | None = None
    """The logins that have not ended (``sid``); ``None`` where the source does not know of logins."""

    not_before: float = 0
    """Tokens issued before this time (seconds since the epoch) were called back."""

    asked_at: float = 0
    """When this was so, in seconds since the epoch."""


GONE = Account(is_active=False)


class AccountSource(Protocol):
    """Knows accounts by a key of its own."""

    async def account(self, key: str) -> Account:
        """Return an account as it is now; ``GONE`` where there is none.

        Raises:
            UnavailableError: it cannot be told at the moment.
        """
        ...


class KeycloakAccounts:
    """The accounts of a Keycloak realm, by the ``sub`` of their tokens."""

    def __init__(self, settings: IdentityCheckSettings) -> None:
        self._auth = ServiceAccountAuth(settings, settings)
        root, _, realm = settings.oidc_base.rpartition("/realms/")
        self._users = f"{root}/admin/realms/{realm}/users"
        self._group_name = "path" if settings.identity_groups == "path" else "name"
        self._email_is_trusted = settings.oidc_email_trusted

    async def account(self, key: str) -> Account:
        """Return an account as it is now.

        Raises:
            UnavailableError: Keycloak does not answer, or does not let the service look.
        """
        user = f"{self._users}/{quote(key, safe='')}"
        try:
            async with (
                asyncio.timeout(_ANSWER_SECONDS),
                BoundedClient(seconds=_ANSWER_SECONDS, auth=self._auth, verify=_PLAIN) as http,
            ):
                person, groups, sessions = await asyncio.gather(
                    http.get(user),
                    http.get(f"{user}/groups", params={"briefRepresentation": "true"}),
                    http.get(f"{user}/sessions"),
                )
            if person.status_code == httpx.codes.NOT_FOUND and person.json().get("error") == _UNKNOWN:
                account_checks.labels("gone").inc()
                return GONE
            for answer in (person, groups, sessions):
                answer.raise_for_status()
            account = self._account(person.json(), groups.json(), sessions.json())
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, AttributeError) as error:
            refused = isinstance(error, httpx.HTTPStatusError) and error.response.status_code in (401, 403)
            account_checks.labels("refused" if refused else "unanswered").inc()
            if refused:
                log.error("the identity provider lets nobody be looked up: grant view-users of realm-management")
            raise UnavailableError("the identity provider does not answer; try again in a moment") from error
        except UnavailableError:
            account_checks.labels("unanswered").inc()
            raise
        account_checks.labels("active" if account.is_active else "gone").inc()
        return account

    async def is_refused(self) -> bool:
        """Return whether Keycloak says that this service may not look accounts up; not where it does not answer."""
        try:
            async with httpx.AsyncClient(timeout=_ANSWER_SECONDS, auth=self._auth, verify=_PLAIN) as http:
                answer = await http.get(self._users, params={"max": 1})
        except (httpx.HTTPError, UnavailableError):
            return False
        return answer.status_code == httpx.codes.FORBIDDEN

    def _account(self, person: Mapping[str, Any], groups: list[Any], sessions: list[Any]) -> Account:
        is_theirs = person.get("emailVerified") is True or self._email_is_trusted
        return Account(
            is_active=person["enabled"] is True,
            email=str(person.get("email") or "") if is_theirs else "",
            groups=frozenset(str(one[self._group_name]) for one in groups),
            sessions=frozenset(str(one["id"]) for one in sessions),
            not_before=float(person.get("notBefore") or 0),
        )
