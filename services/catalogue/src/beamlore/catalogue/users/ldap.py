"""Login by LDAP or Active Directory, where one is configured."""

import asyncio
from typing import TYPE_CHECKING

from beamlore.catalogue.settings import Settings
from beamlore.catalogue.users.person import Person
from beamlore.core import NotFoundError, UnavailableError

if TYPE_CHECKING:
    from beamlore.catalogue.users.ldap_directory import LdapDirectory


class LdapLogin:
    """Asks the directory who somebody is, in a thread: the library waits for each answer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def check(self, username: str, password: str) -> Person | None:
        """Return the person with this name and password, ``None`` where either is wrong.

        Raises:
            NotFoundError: no directory is configured.
            UnavailableError: the directory does not answer, or does not let us search.
        """
        if not self._settings.ldap_url:
            raise NotFoundError("no LDAP directory is configured")
        if not username or not password:
            return None
        return await asyncio.to_thread(lambda: self._directory().check(username, password))

    async def find(self, external_id: str) -> Person | None:
        """Return the person whom the directory calls so; ``None`` where they are gone, or their account is disabled.

        Raises:
            UnavailableError: the directory does not answer, does not let us search, or is no longer configured.
        """
        if not self._settings.ldap_url:
            raise UnavailableError("no LDAP directory is configured any more; log in again")
        return await asyncio.to_thread(lambda: self._directory().find(external_id))

    def _directory(self) -> "LdapDirectory":
        # The library is a tenth of what a start takes, and most facilities have no directory.
        from beamlore.catalogue.users.ldap_directory import LdapDirectory

        return LdapDirectory(self._settings)
