"""Tickets for the stream of events: browsers cannot send a token with an ``EventSource``.

A ticket is the caller's own token, encrypted, for a minute: whoever reads an address in a log finds nothing to use, and
what the token proves is asked of it anew when the stream is opened. Source: RFC 7516 (``dir``, ``A256GCM``).
"""

import hmac
import time

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from beamlore.catalogue.settings import Settings
from beamlore.core import UnauthenticatedError

SECONDS = 60
_HEADER = {"alg": "dir", "enc": "A256GCM"}
_ALGORITHMS = ["dir", "A256GCM"]


class Tickets:
    """Gives out tickets, and takes them; any process takes those of another with the same secret."""

    def __init__(self, settings: Settings) -> None:
        given = settings.token_secret or settings.jwt_secret or settings.client_secret
        self._key = OctKey.import_key(hmac.digest(given.get_secret_value().encode(), b"event ticket", "sha256"))

    def issue(self, token: str) -> str:
        """Return a ticket for a token."""
        content = orjson.dumps({"token": token, "until": time.time() + SECONDS})
        return jwe.encrypt_compact(_HEADER, content, self._key, algorithms=_ALGORITHMS)

    def redeem(self, ticket: str) -> str:
        """Return the token of a ticket.

        Raises:
            UnauthenticatedError: the ticket is not one of ours, or has run out.
        """
        try:
            content = orjson.loads(jwe.decrypt_compact(ticket, self._key, algorithms=_ALGORITHMS).plaintext or b"")
        except (JoseError, ValueError) as error:
            raise UnauthenticatedError("the ticket is not one of the catalogue's") from error
        if content["until"] <= time.time():
            raise UnauthenticatedError("the ticket has run out; get a new one")
        token: str = content["token"]
        return token
