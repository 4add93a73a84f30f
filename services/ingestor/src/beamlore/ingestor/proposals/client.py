"""The user office's interface."""

import re
from typing import Protocol

import httpx
import msgspec

from beamlore.core import UnavailableError
from beamlore.ingestor.proposals.models import Proposal

_PATH = "/api/useroffice/v1/proposals"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,255}")
_decoder = msgspec.json.Decoder(Proposal)


class UserOfficeUnavailableError(UnavailableError):
    """The user office does not answer, or not in a way that can be used."""


class ProposalSource(Protocol):
    """Where proposals are asked for."""

    async def get(self, proposal_id: str) -> Proposal | None:
        """Return the proposal, ``None`` where there is none."""
        ...


class UserOffice:
    """Asks the user office."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def get(self, proposal_id: str) -> Proposal | None:
        """Return the proposal, ``None`` where the user office has none.

        Raises:
            UserOfficeUnavailableError: there is no answer that says either; ask again later.
        """
        if not _ID.fullmatch(proposal_id):
            return None
        answer = await self._get(f"{_PATH}/{proposal_id}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        _check(answer)
        try:
            return _decoder.decode(answer.content)
        except msgspec.DecodeError as error:
            raise UserOfficeUnavailableError(
                f"the user office's answer for proposal {proposal_id} cannot be read: {error}"
            ) from error

    async def probe(self) -> None:
        """Ask for something small.

        Raises:
            UserOfficeUnavailableError: it does not answer.
        """
        _check(await self._get(f"{_PATH}?limit=1"))

    async def _get(self, path: str) -> httpx.Response:
        try:
            return await self._http.get(path)
        except httpx.HTTPError as error:
            raise UserOfficeUnavailableError(
                f"the user office does not answer: {type(error).__name__} {error}"
            ) from error
        except UnavailableError as error:
            raise UserOfficeUnavailableError(error.detail) from error


def _check(answer: httpx.Response) -> None:
    if answer.status_code != httpx.codes.OK:
        raise UserOfficeUnavailableError(f"the user office answers {answer.status_code}: {answer.text[:200]}")
