"""Passwords of local users.

They stand in ``User.password``. What we write there is bcrypt, which a SciCat backend over the same database reads as
well; hashes of Argon2 (``$argon2id$…``, from a file of functional accounts) are taken too.
"""

import asyncio

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from beamlore.core import BadRequestError

_ROUNDS = 10
LONGEST = 72
"""Bytes of a password that bcrypt looks at."""

_NOBODYS = "$2b$10$Juyl.Jr.6gjozBb2M1K6CeERZDCm4A/Rhjk.u6Hucc5v1Z1mQlBTi"
_hasher = PasswordHasher()


def is_hash(text: str) -> bool:
    """Return whether a text is a hash of a password rather than the password."""
    return text.startswith(("$argon2", "$2a$", "$2b$", "$2y$"))


async def hashed(password: str) -> str:
    """Return the hash to be stored.

    Raises:
        BadRequestError: the password is longer than what is hashed of it.
    """
    given = password.encode()
    if len(given) > LONGEST:
        raise BadRequestError(f"a password may have {LONGEST} bytes at most")
    return (await asyncio.to_thread(bcrypt.hashpw, given, bcrypt.gensalt(_ROUNDS))).decode()


async def matches(stored: str | None, password: str) -> bool:
    """Return whether a password is the stored one; as slow for a user that is not there."""
    return await asyncio.to_thread(_matches, stored or _NOBODYS, password) and stored is not None


def _matches(stored: str, password: str) -> bool:
    if stored.startswith("$argon2"):
        try:
            return _hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
    try:
        return bcrypt.checkpw(password.encode()[:LONGEST], stored.encode())
    except ValueError:
        return False
