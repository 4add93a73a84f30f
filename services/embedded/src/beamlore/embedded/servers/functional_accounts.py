"""SciCat's functional accounts: for its clients, which log in with a name and a password (``auth/login``)."""

import json
from pathlib import Path

from argon2 import PasswordHasher

from beamlore.embedded.state import Secrets, write_private

_ROLES = ("admin", "ingestor")


def functional_accounts(path: Path, secrets: Secrets) -> Path:
    """Write ``functionalAccounts.json`` where it is not there yet: ``admin`` and ``ingestor``, with those roles.

    Their passwords are in ``secrets.json`` (``functional:admin`` …), the file has only their hashes.
    """
    if not path.exists():
        hasher = PasswordHasher()
        accounts = [
            {
                "username": role,
                "password": hasher.hash(secrets.get(f"functional:{role}")),
                "email": f"{role}@facility.example",
                "role": role,
                "global": False,
            }
            for role in _ROLES
        ]
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, json.dumps(accounts, indent=2))
    return path
