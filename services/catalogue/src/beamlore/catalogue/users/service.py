"""The users and what they may change of themselves."""

import asyncio
from typing import Any

from beamlore.catalogue.database import Document, told_plainly
from beamlore.catalogue.noun import Ground
from beamlore.catalogue.users.accounts import load_accounts
from beamlore.catalogue.users.collections import USERS
from beamlore.catalogue.users.directory import Directory
from beamlore.catalogue.users.keeper import AccountKeeper
from beamlore.catalogue.users.passwords import matches


class UserService:
    """Reads and changes the records of users."""

    def __init__(self, ground: Ground) -> None:
        self.directory = Directory(ground.database, ground.settings.ingest_roles)
        self._users = ground.database[USERS]
        self._keeper = AccountKeeper(ground.database, ground.transactions, load_accounts(ground.settings))

    async def run(self) -> None:
        """Write the functional accounts and follow what others change, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keeper.keep())
            tasks.create_task(self.directory.follow())

    async def check(self, username: str, password: str) -> Document | None:
        """Return the local user with this name and password, ``None`` where either is wrong.

        Raises:
            UnavailableError: the functional accounts do not stand yet, or the database does not answer.
        """
        await self._keeper.stand()
        with told_plainly():
            found: dict[str, Any] = await self._users.find_one({"username": username}) or {}
        stored = found.get("password")
        right = await matches(stored if isinstance(stored, str) else None, password)
        return found if right else None
