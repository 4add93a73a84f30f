"""People who come from an identity provider: their records are made at the first login and kept up at each."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from beamlore.catalogue.database import Change, Document, told_plainly
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.users.collections import IDENTITIES, LOCAL, SYSTEM, USERS, address_for, object_id
from beamlore.catalogue.users.directory import Directory
from beamlore.catalogue.users.groups import group_sources
from beamlore.catalogue.users.person import Person
from beamlore.core import Principal

SAID_AT = "beamloreSaidAt"
"""When the provider said what an identity holds, in seconds since the epoch."""

_GRANTING = frozenset({"accessGroups", "email", "emails", "emailVerified"})
_FIELDS = {"username": "username", "email": "email", "id": "external_id", "provider": "provider", "displayName": "name"}


class People:
    """Finds the user that a person is, and writes down what was learnt about them."""

    def __init__(self, ground: Ground, directory: Directory) -> None:
        self.sources = group_sources(ground.settings)
        self._users = ground.database[USERS]
        self._identities = ground.database[IDENTITIES]
        self._transactions = ground.transactions
        self._directory = directory
        self._issuer = ground.settings.oidc_issuer
        self._all_must_match = ground.settings.oidc_userquery_operator.lower() == "and"
        self._query = [tuple(one.split(":", 1)) for one in ground.settings.oidc_userquery_filter if ":" in one]

    async def welcome(self, person: Person, groups: Sequence[str] | None = None) -> Document:
        """Return the user a person is, with their groups as they are now; made where there is none yet.

        Args:
            person: as the identity provider describes them, and as it has proved.
            groups: their groups, where they are known; else the providers of groups are asked.

        """
        with told_plainly():
            user = await self._find(person)
        found = await self.sources.groups(person) if groups is None else list(groups)
        return await self._write(user, person, found)

    async def known(self, principal: Principal) -> Document:
        """Return the record of a principal that logged in elsewhere: the identity provider's token was shown here."""
        if (key := object_id(principal.subject)) is not None:
            with told_plainly():
                found = await self._users.find_one({"_id": key}, {"password": 0})
            if found is not None:
                return found
        person = Person(
            strategy="oidc",
            external_id=principal.subject,
            username=principal.username,
            name=principal.name,
            email=principal.email,
            provider=self._issuer,
            session=principal.session,
            proven_at=principal.issued_at,
        )
        return await self.welcome(person, sorted(principal.groups))

    async def keep_up(self, user: Document, person: Person) -> None:
        """Write down what a provider says of a person who is in the catalogue already.

        Raises:
            UnavailableError: a provider of groups does not answer: what it said last goes on.
        """
        groups = await self.sources.groups(person, all_must_answer=True)
        await self._write(user, person, groups)

    async def regroup(self, identity: Document, person: Person) -> None:
        """Ask the providers again for the groups of a person, and for nothing else.

        Raises:
            UnavailableError: one does not answer: what it said last goes on.
        """
        groups = await self.sources.groups(person, all_must_answer=True)
        await self._write_groups(identity, groups)

    async def refresh(self, user: Document, roles: Sequence[str]) -> None:
        """Ask the providers again for the groups of a local user who logs in."""
        name, email = str(user.get("username", "")), str(user.get("email", ""))
        asked = await self.sources.groups(Person("local", "", name, name, email, user_id=str(user["_id"])))
        groups = list(dict.fromkeys([*asked, *roles]))
        with told_plainly():
            identity = await self._identities.find_one({"userId": user["_id"]})
        if identity is not None:
            await self._write_groups(identity, groups)

    async def _find(self, person: Person) -> Document | None:
        identity = await self._identities.find_one(
            {"authStrategy": person.strategy, "externalId": person.external_id}, {"userId": 1}
        )
        if identity is not None:
            return await self._users.find_one({"_id": identity["userId"]}, {"password": 0})
        wanted = self._wanted(person)
        if not wanted:
            return None
        # Never a local account: else whoever gets its name or address from a provider would be it.
        like = {"$and" if self._all_must_match else "$or": wanted}
        return await self._users.find_one({"$and": [like, {"$nor": [LOCAL]}]}, {"password": 0})

    def _wanted(self, person: Person) -> list[dict[str, Any]]:
        wanted = []
        for field, source in self._query:
            value = getattr(person, _FIELDS.get(source, ""), "")
            if field in ("username", "email") and value:
                wanted.append({field: value})
            elif self._all_must_match:
                return []
        return wanted

    async def _write(self, user: Document | None, person: Person, groups: Sequence[str]) -> Document:
        """Write down what was said of a person, unless something is known that was said later.

        Whoever shows a token of ten minutes ago must not have back what was taken away since.
        """
        now = datetime.now(UTC)
        key = user["_id"] if user is not None else ObjectId()
        address = await address_for(self._users, person.email, key, {"_id": {"$ne": key}})
        shown = {"username": person.username, "email": address}
        said_at = time.time() if person.proven_at is None else min(time.time(), person.proven_at)
        profile = _profile(person, groups, key)
        if user is not None and not await self._is_news(user, person, shown, profile, said_at):
            return user
        created: Document = {"_id": key, **shown, "authStrategy": person.strategy, "__v": 0}

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            before = await self._identities.find_one({"userId": key}, session=session)
            if before is not None and _said_at(before) > said_at:
                return []
            changes = []
            if user is None:
                await self._users.insert_one(created, session=session)
                changes.append(Change(USERS, "create", SYSTEM, None, created))
            elif any(user.get(name) != value for name, value in shown.items()):
                await self._users.update_one({"_id": key}, {"$set": shown}, session=session)
                changes.append(Change(USERS, "change", SYSTEM, user, {**user, **shown}))
            if before is None:
                identity = {
                    "_id": ObjectId(),
                    "userId": key,
                    "authStrategy": person.strategy,
                    "credentials": {},
                    "externalId": person.external_id,
                    "provider": person.provider or person.strategy,
                    "profile": profile,
                    SAID_AT: said_at,
                    "created": now,
                    "modified": now,
                    "__v": 0,
                }
                await self._identities.insert_one(identity, session=session)
                changes.append(Change(IDENTITIES, "create", SYSTEM, None, identity))
            else:
                update = {**_known(person, before, profile), SAID_AT: said_at, "modified": now}
                await self._identities.update_one({"_id": before["_id"]}, {"$set": update}, session=session)
                changes.append(Change(IDENTITIES, "change", SYSTEM, before, {**before, **update}))
            return changes

        await self._transactions.run(work)
        self._directory.forget()
        return {**(user or created), **shown}

    async def _is_news(
        self, user: Document, person: Person, shown: Document, profile: Document, said_at: float
    ) -> bool:
        """Return whether anything is to be changed; note that it was said again, where nothing is."""
        with told_plainly():
            known = await self._identities.find_one({"userId": user["_id"]})
            if known is None:
                return True
            if _said_at(known) > said_at:
                return False
            differs = any(user.get(name) != value for name, value in shown.items()) or any(
                known.get(name) != value for name, value in _known(person, known, profile).items()
            )
            if not differs:
                await self._identities.update_one({"_id": known["_id"]}, {"$max": {SAID_AT: said_at}})
            return differs

    async def _write_groups(self, identity: Document, groups: Sequence[str]) -> None:
        if (identity.get("profile") or {}).get("accessGroups") == groups:
            return

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            update = {"$set": {"profile.accessGroups": groups, "modified": datetime.now(UTC)}}
            before = await self._identities.find_one({"_id": identity["_id"]}, session=session)
            await self._identities.update_one({"_id": identity["_id"]}, update, session=session)
            after = await self._identities.find_one({"_id": identity["_id"]}, session=session)
            return [Change(IDENTITIES, "change", SYSTEM, before, after)] if before and after else []

        await self._transactions.run(work)
        self._directory.forget()


def _said_at(identity: Mapping[str, Any]) -> float:
    return float(identity.get(SAID_AT) or 0)


def _known(person: Person, before: Document, profile: Document) -> Document:
    """Return what an identity says once the provider has said this of the person."""
    former = before.get("profile") or {}
    told = _told(person, profile)
    if set(told["accessGroups"]) == set(former.get("accessGroups") or ()):
        told["accessGroups"] = former["accessGroups"]
    return {
        "externalId": person.external_id,
        "provider": person.provider or person.strategy,
        "profile": {**former, **told},
    }


def _told(person: Person, profile: Document) -> Document:
    """Return what was said of a person this time; what was not stays as it was, but for what grants something."""
    told = {name: value for name, value in profile.items() if value or name in _GRANTING}
    if not person.photo:
        del told["thumbnailPhoto"]
    return told


def _profile(person: Person, groups: Sequence[str], key: ObjectId) -> Document:
    profile: Document = {
        "displayName": person.name or person.username,
        "email": person.email,
        "emailVerified": bool(person.email),
        "username": person.username,
        "thumbnailPhoto": person.photo or "no photo",
        "id": person.external_id or str(key),
        "emails": [{"value": person.email}] if person.email else [],
        "accessGroups": list(groups),
    }
    if person.strategy == "oidc" and person.payload:
        profile["oidcClaims"] = {
            name: value for name, value in person.payload.items() if "." not in name and not name.startswith("$")
        }
    return profile
