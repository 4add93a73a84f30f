"""The collections of users, as SciCat keeps them, and their indexes."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.collection import AsyncCollection

from beamlore.core import AccountRechecks, Principal

USERS = "User"
IDENTITIES = "UserIdentity"
ROLES = "Role"
USER_ROLES = "UserRole"
SETTINGS = "UserSetting"
REVOKED = "beamlore_revoked"
"""Digests of tokens that were given back, and logins that were ended, until all their tokens have expired."""
SERVICE_TOKENS = "beamlore_tokens"
ACCOUNTS = AccountRechecks.COLLECTION
"""What was last found of the accounts behind tokens, for a day."""

SYSTEM = Principal(subject="system", username="system")
"""Who writes what no person asked for, such as the accounts of a file."""

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    # The two unique ones are SciCat's own, under its names; a provider may know people without an address, though.
    USERS: [
        IndexModel([("email", ASCENDING)], name="email_1", unique=True, partialFilterExpression={"email": {"$gt": ""}}),
        IndexModel("username"),
    ],
    ROLES: [IndexModel([("name", ASCENDING)], name="name_1", unique=True)],
    IDENTITIES: [
        IndexModel("userId"),
        IndexModel("externalId"),
        IndexModel("profile.email"),
        IndexModel("profile.username"),
    ],
    USER_ROLES: [IndexModel([("userId", ASCENDING), ("roleId", ASCENDING)])],
    SETTINGS: [IndexModel("userId")],
    REVOKED: [
        IndexModel("userId"),
        IndexModel("until", expireAfterSeconds=0),
        IndexModel("endedAt", sparse=True),
    ],
    ACCOUNTS: [IndexModel("until", expireAfterSeconds=0)],
}


def object_id(text: str) -> ObjectId | None:
    """Return an identifier written as 24 hexadecimal digits, ``None`` where it is not one."""
    return ObjectId(text) if ObjectId.is_valid(text) and len(text) == 24 else None


LOCAL: dict[str, Any] = {"$or": [{"authStrategy": "local"}, {"authStrategy": None, "password": {"$type": "string"}}]}
"""Users whose password is kept here; older backends of SciCat did not write how they log in."""


async def address_for(
    users: AsyncCollection[dict[str, Any]], email: str, key: ObjectId, others: Mapping[str, Any]
) -> str:
    """Return what stands as a user's address in ``User``, where addresses are unique and must be.

    Whoever has none, or one that one of the others has, gets one that nobody can have (RFC 2606, ``.invalid``); the
    address itself stands in their identity.
    """
    if email and await users.find_one({"$and": [{"email": email}, others]}, {"_id": 1}) is None:
        return email
    return f"{key}@nobody.invalid"


def shown(user: Mapping[str, Any]) -> dict[str, Any]:
    """Return a user as SciCat shows it: its identifier under both names, and no password."""
    return {**{name: value for name, value in user.items() if name != "password"}, "id": user["_id"]}
