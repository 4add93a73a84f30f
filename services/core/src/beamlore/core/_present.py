"""Believes the identity provider's tokens only for as long as the account behind them stands."""

import asyncio
from dataclasses import replace
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from beamlore.core._accounts import Account, KeycloakAccounts
from beamlore.core._errors import UnauthenticatedError
from beamlore.core._health import Health
from beamlore.core._identity import Principal
from beamlore.core._rechecks import AccountRechecks
from beamlore.core._settings import IdentityCheckSettings, OidcSettings
from beamlore.core._tokens import TokenVerifier

_NEVER = float("-inf")
_SKEW_SECONDS = 10
_AGAIN_SECONDS = 2


class PresentVerifier:
    """Verifies a token and then its account: nothing outlives the identity.

    What the provider says of the account takes the place of what the token says, where it is newer: its groups, and its
    address. A token that names no groups (there are too many, or the provider puts none in) has those of the account.
    """

    def __init__(self, settings: OidcSettings) -> None:
        self.tokens = TokenVerifier(settings)
        self.rechecks: AccountRechecks | None = None
        self._takes_groups = False
        if isinstance(settings, IdentityCheckSettings) and settings.checks_accounts:
            self._takes_groups = settings.identity_groups != "token"
            self._accounts = KeycloakAccounts(settings)
            self.rechecks = AccountRechecks(
                self._accounts,
                seconds=settings.identity_check_seconds,
                overdue_seconds=settings.identity_overdue_seconds,
            )

    def begin(self, database: AsyncDatabase[dict[str, Any]], *, shares_accounts: bool = False) -> None:
        """Fetch the issuer's keys before anybody asks, and keep them in the database.

        Args:
            database: the service's.
            shares_accounts: whether its processes share there what they find of accounts.
        """
        self.tokens.keys.begin(database)
        if self.rechecks is not None and shares_accounts:
            self.rechecks.keep_in(database, "subject")

    async def wait_for_right(self, health: Health) -> None:
        """Keep a process that starts unready while its service may not look accounts up.

        An upgrade that reaches services before their new right stops there, and the former version goes on. Once a
        process is ready, nothing of the identity provider takes that away.
        """
        while self.rechecks is not None and await self._accounts.is_refused():
            health.set("accounts", False, "its client needs the role view-users of realm-management at Keycloak")
            await asyncio.sleep(_AGAIN_SECONDS)
        health.set("accounts", True)

    async def verify(self, token: str) -> Principal:
        """Return the principal as they are now.

        Raises:
            UnauthenticatedError: the token is not to be believed, or its account or login is over.
            UnavailableError: the issuer's keys were never had and it does not answer, or the account could not be
                checked for too long.
        """
        principal = await self.tokens.verify(token)
        if self.rechecks is None:
            return principal
        issued_at = _NEVER if principal.issued_at is None else principal.issued_at
        if principal.groups or not self._takes_groups:
            account = await self.rechecks.account(principal.subject, proven_at=issued_at)
        else:
            account = await self.rechecks.account(principal.subject, needed_since=issued_at)
        if account is None:
            return principal
        check_account(account, principal)
        groups = account.groups if self._takes_groups else principal.groups
        return replace(principal, groups=groups, email=account.email)


def check_account(account: Account, token: Principal) -> None:
    """Go on where an account stands, and the login that a token comes from.

    Raises:
        UnauthenticatedError: it does not.
    """
    if not account.is_active:
        raise UnauthenticatedError("This account was disabled or removed. Ask the user office.", reason="unknown")
    # A login that is younger than the answer may be missing in it; clocks are apart by less than this.
    is_told_of = token.issued_at is not None and account.asked_at > token.issued_at + _SKEW_SECONDS
    if token.session and is_told_of and account.sessions is not None and token.session not in account.sessions:
        raise UnauthenticatedError("This session has ended. Sign in again.", reason="revoked")
    if token.issued_at is not None and token.issued_at < account.not_before:
        raise UnauthenticatedError("This session was ended for you. Sign in again.", reason="revoked")
