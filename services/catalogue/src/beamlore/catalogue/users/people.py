"""People who come from an identity provider: their records are made at the first login and kept up at each."""

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
        changed = await self._write(user, person, found)
        self._directory.forget()
        return changed

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
        )
        return await self.welcome(person, sorted(principal.groups))

    async def refresh(self, user: Document, roles: Sequence[str]) -> None:
        """Ask the providers again for the groups of a local user who logs in."""
        name, email = str(user.get("username", "")), str(user.get("email", ""))
        asked = await self.sources.groups(Person("local", "", name, name, email, user_id=str(user["_id"])))
        groups = list(dict.fromkeys([*asked, *roles]))
        with told_plainly():
            identity = await self._identities.find_one({"userId": user["_id"]})
        if identity is not None and (identity.get("profile") or {}).get("accessGroups") != groups:
            await self._write_identity(identity, {"profile.accessGroups": groups})
            self._directory.forget()

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
            if field in ("username", "email") and value and (source != "email" or person.email_is_theirs):
                wanted.append({field: value})
            elif self._all_must_match:
                return []
        return wanted

    async def _write(self, user: Document | None, person: Person, groups: Sequence[str]) -> Document:
        now = datetime.now(UTC)
        key = user["_id"] if user is not None else ObjectId()
        created: Document = {
            "_id": key,
            "username": person.username,
            "email": await address_for(self._users, person.email, key, LOCAL),
            "authStrategy": person.strategy,
            "__v": 0,
        }
        profile = _profile(person, groups, key)

        async def work(session: AsyncClientSession) -> Sequence[Change]:
            changes = []
            if user is None:
                await self._users.insert_one(created, session=session)
                changes.append(Change(USERS, "create", SYSTEM, None, created))
            elif user.get("username") != person.username:
                after = {**user, "username": person.username}
                await self._users.update_one({"_id": key}, {"$set": {"username": person.username}}, session=session)
                changes.append(Change(USERS, "change", SYSTEM, user, after))
            before = await self._identities.find_one({"userId": key}, session=session)
            if before is None:
                identity = {
                    "_id": ObjectId(),
                    "userId": key,
                    "authStrategy": person.strategy,
                    "credentials": {},
                    "externalId": person.external_id,
                    "provider": person.provider or person.strategy,
                    "profile": profile,
                    "created": now,
                    "modified": now,
                    "__v": 0,
                }
                await self._identities.insert_one(identity, session=session)
                changes.append(Change(IDENTITIES, "create", SYSTEM, None, identity))
            else:
                known = {
                    "externalId": person.external_id,
                    "provider": person.provider or person.strategy,
                    "profile": {**(before.get("profile") or {}), **_told(person, profile)},
                }
                if any(before.get(name) != value for name, value in known.items()):
                    update = {**known, "modified": now}
                    await self._identities.update_one({"_id": before["_id"]}, {"$set": update}, session=session)
                    changes.append(Change(IDENTITIES, "change", SYSTEM, before, {**before, **update}))
            return changes

        await self._transactions.run(work)
        return {**(user or created), "username": person.username}

    async def _write_identity(self, identity: Document, fields: Mapping[str, Any]) -> None:
        async def work(session: AsyncClientSession) -> Sequence[Change]:
            update = {"$set": {**fields, "modified": datetime.now(UTC)}}
            before = await self._identities.find_one({"_id": identity["_id"]}, session=session)
            await self._identities.update_one({"_id": identity["_id"]}, update, session=session)
            after = await self._identities.find_one({"_id": identity["_id"]}, session=session)
            return [Change(IDENTITIES, "change", SYSTEM, before, after)] if before and after else []

        await self._transactions.run(work)


def _told(person: Person, profile: Document) -> Document:
    """Return what was said of a person this time; what was not stays as it was, but for the groups."""
    told = {name: value for name, value in profile.items() if value or name == "accessGroups"}
    if not person.photo:
        del told["thumbnailPhoto"]
    return told


def _profile(person: Person, groups: Sequence[str], key: ObjectId) -> Document:
    profile: Document = {
        "displayName": person.name or person.username,
        "email": person.email,
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
