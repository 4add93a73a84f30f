"""Clients of other servers whose answers come whole within a time, or count as lost."""

import asyncio
from typing import Any

import httpx


class BoundedClient(httpx.AsyncClient):
    """A client whose requests end after so many seconds, however slowly the other side sends.

    httpx's own time limits hold for each step (each packet that is read): a server that sends a byte now and then keeps
    a request for ever.
    """

    def __init__(self, *, seconds: float, **options: Any) -> None:
        """Prepare.

        Args:
            seconds: for a request with its whole answer, or with its headers where the answer is streamed.
            options: of ``httpx.AsyncClient``.
        """
        super().__init__(timeout=seconds, **options)
        self._seconds = seconds

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request.

        Raises:
            httpx.ReadTimeout: no answer came in time.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await super().send(request, **options)
        except TimeoutError as error:
            raise httpx.ReadTimeout(f"no whole answer within {self._seconds:g} s", request=request) from error
