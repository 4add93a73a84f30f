"""People who keep reading the scan log, for the tests: `python visitor.py --address http://… --public http://…`.

Runs in a pod outside of the installation. Each person logs in once, renews their token as the web app does, loads the
page, reads the log and a scan of it again and again, and listens to the live events. Every request is a line on
standard output: when it began (Unix time), how many seconds it took, what it was, its status (0: no answer).

A request that meets a connection which the server has closed meanwhile is sent again on another, as every browser
does (RFC 9110, 9.2.2); how many were is told in the line.
"""

import argparse
import asyncio
import itertools
import json
import random
import time
from typing import Any
from urllib.parse import quote

import httpx

TOKEN = "/idp/realms/facility/protocol/openid-connect/token"
RENEW_BEFORE_END = 60
TRY_AGAIN = 5
PATIENCE = 30


def tell(kind: str, begun: float, status: int, error: str = "", again: int = 0) -> None:
    """Write a line about a request."""
    line: dict[str, Any] = {"at": round(begun, 3), "seconds": round(time.time() - begun, 3), "kind": kind}
    line["status"] = status
    if error:
        line["error"] = error
    if again:
        line["again"] = again
    print(json.dumps(line), flush=True)


class Person:
    """Somebody with a browser: one token, connections that are kept."""

    def __init__(self, username: str, address: str, public: str) -> None:
        self._username = username
        self._http = httpx.AsyncClient(
            base_url=address, headers={"Host": httpx.URL(public).netloc.decode()}, timeout=PATIENCE
        )
        self._token: dict[str, Any] = {}
        self._expires = 0.0

    async def log_in(self) -> None:
        """Get a token by the password, however long that takes."""
        while not await self._ask_token(
            {"grant_type": "password", "username": self._username, "password": self._username, "scope": "openid"}
        ):
            await asyncio.sleep(1)

    async def stay(self) -> None:
        """Renew the token before it runs out, again and again until that succeeds."""
        while True:
            await asyncio.sleep(max(TRY_AGAIN, self._expires - time.time() - RENEW_BEFORE_END))
            await self._ask_token({"grant_type": "refresh_token", "refresh_token": self._token["refresh_token"]})

    async def _ask_token(self, form: dict[str, str]) -> bool:
        try:
            answer = await self._http.post(TOKEN, data={"client_id": "beamlore-cli", **form})
        except httpx.TransportError:
            return False
        if answer.status_code != httpx.codes.OK:
            return False
        self._token = answer.json()
        self._expires = time.time() + self._token["expires_in"]
        return True

    async def read(self, period: float) -> None:
        """Load the page, read the log, open a scan: one after the other, for ever."""
        await asyncio.sleep(random.random() * period)  # noqa: S311 - no secret
        newest = ""
        for turn in itertools.count():
            if turn % 3 == 0:
                await self._get("page", "/")
                await self._get("config", "/config.json")
            elif turn % 3 == 1 or not newest:
                answer = await self._get("log", "/api/beamlore/v1/scans?limit=50")
                items = answer.json()["items"] if answer is not None and answer.is_success else []
                newest = items[0]["pid"] if items else newest
            else:
                await self._get("scan", f"/api/beamlore/v1/scans/{quote(newest, safe='')}")
            await asyncio.sleep(period)

    async def _get(self, kind: str, path: str) -> httpx.Response | None:
        begun = time.time()
        for again in range(3):
            try:
                answer = await self._http.get(path, headers=self._authorization)
            except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as error:
                # No answer had begun: it was a connection of before.
                failure = error
            except httpx.TransportError as error:
                tell(kind, begun, 0, repr(error), again)
                return None
            else:
                tell(kind, begun, answer.status_code, "" if answer.is_success else answer.text[:200], again)
                return answer
        tell(kind, begun, 0, repr(failure), again)
        return None

    async def listen(self) -> None:
        """Listen to the live events; where the stream ends, begin again after its last event."""
        last = ""
        while True:
            begun = time.time()
            headers = self._authorization | ({"Last-Event-ID": last} if last else {})
            try:
                async with self._http.stream("GET", "/api/beamlore/v1/events", headers=headers) as stream:
                    tell("events", begun, stream.status_code)
                    async for line in stream.aiter_lines():
                        if line.startswith("id:"):
                            last = line.removeprefix("id:").strip()
                        elif line.startswith("event: scan"):
                            print(json.dumps({"at": round(time.time(), 3), "event": self._username}), flush=True)
            except httpx.TransportError as error:
                if not isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
                    tell("events", begun, 0, repr(error))
            await asyncio.sleep(1)

    @property
    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token['access_token']}"}


async def visit(address: str, public: str, people: list[str], period: float) -> None:
    """Let all people read until the process is ended."""
    everybody = [Person(name, address, public) for name in people]
    await asyncio.gather(*(person.log_in() for person in everybody))
    print(json.dumps({"people": people}), flush=True)
    async with asyncio.TaskGroup() as tasks:
        for person in everybody:
            for work in (person.stay(), person.read(period), person.listen()):
                tasks.create_task(work)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", required=True, help="of the front door, from here")
    parser.add_argument("--public", required=True, help="the address people know")
    parser.add_argument("--people", default="ada,bo,staff,admin")
    parser.add_argument("--period", type=float, default=0.8, help="seconds from request to request of one person")
    given = parser.parse_args()
    asyncio.run(visit(given.address, given.public, given.people.split(","), given.period))
