"""Whether the catalogue's users still have their accounts where they come from, and which groups they have now.

What is found is written down, so that everything that reads a user's record has it: tokens, jobs, SciCat's tools.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from beamlore.catalogue.database import Document, told_plainly
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.users.collections import IDENTITIES, USERS, object_id
from beamlore.catalogue.users.ldap import LdapLogin
from beamlore.catalogue.users.people import People
from beamlore.catalogue.users.person import Person
from beamlore.core import GONE, Account, AccountSource

_STANDS = Account(is_active=True)


class UserAccounts:
    """The accounts behind the records of users, by a record's identifier."""

    def __init__(self, ground: Ground, people: People, ldap: LdapLogin, provider: AccountSource | None) -> None:
        """Look accounts up.

        Args:
            ground: what services are built from.
            people: writes down what is found.
            ldap: the directory, where there is one.
            provider: the identity provider's accounts, by subject; ``None`` where it cannot be asked.
        """
        self._users = ground.database[USERS]
        self._identities = ground.database[IDENTITIES]
        self._people = people
        self._ldap = ldap
        self._provider = provider
        self._claim = ground.settings.oidc_access_groups_property
        self._looks_groups_up = ground.settings.identity_groups != "token"

    async def account(self, key: str) -> Account:
        """Return a user's account as it is now.

        Raises:
            UnavailableError: the identity provider, the directory or a provider of groups does not answer.
        """
        identifier = object_id(key)
        with told_plainly():
            user = await self._users.find_one({"_id": identifier}, {"password": 0})
            identity = await self._identities.find_one({"userId": identifier})
        if user is None:
            return GONE
        strategy = user.get("authStrategy")
        if identity is None or strategy not in ("oidc", "ldap"):
            return _STANDS
        if strategy == "oidc":
            return await self._at_provider(user, identity)
        person = await self._ldap.find(str(identity.get("externalId") or ""))
        if person is None:
            return GONE
        await self._people.keep_up(user, person)
        return _STANDS

    async def _at_provider(self, user: Document, identity: Document) -> Account:
        begun = time.time()
        profile: Mapping[str, Any] = identity.get("profile") or {}
        claims = dict(profile.get("oidcClaims") or {})
        external_id = str(identity.get("externalId") or "")
        person = Person(
            strategy="oidc",
            external_id=external_id,
            username=str(user.get("username") or ""),
            name=str(profile.get("displayName") or ""),
            provider=str(identity.get("provider") or ""),
            proven_at=begun,
            payload=claims,
            user_id=str(user["_id"]),
        )
        if self._provider is None:
            if self._people.sources.change:
                await self._people.regroup(identity, person)
            return _STANDS
        account = await self._provider.account(str(claims.get("sub") or external_id))
        if account.is_active:
            groups = sorted(account.groups) if self._looks_groups_up else claims.get(self._claim)
            claims[self._claim] = profile.get("accessGroups") if groups is None else groups
            await self._people.keep_up(user, replace(person, email=account.email, payload=claims))
        return account
