"""The fault at work."""

import asyncio
import math
import time

from beamlore.core import UnavailableError
from beamlore.useroffice.faults.models import Fault

_NONE = Fault(mode="none")


class Faults:
    """Holds the fault there is now; it ends by itself when its time is over."""

    def __init__(self) -> None:
        self._fault = _NONE
        self._ends_at = math.inf
        self._changed = asyncio.Event()

    def put(self, fault: Fault) -> None:
        """Let this fault begin now, in place of the one before. Requests that are held up by that one go on."""
        self._fault = fault
        self._ends_at = time.monotonic() + fault.for_seconds if fault.for_seconds else math.inf
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def current(self) -> Fault:
        """The fault there is now, with the time that is left of it."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            return _NONE
        return self._fault if math.isinf(left) else self._fault.model_copy(update={"for_seconds": round(left, 3)})

    async def suffer(self) -> None:
        """Behave as the fault says.

        Raises:
            UnavailableError: the user office is told to be down.
        """
        fault = self.current
        if fault.mode == "down":
            raise UnavailableError("the user office is down, because it was told to be")
        if fault.delay_seconds is not None:
            delay = min(fault.delay_seconds, fault.for_seconds or math.inf)
            try:
                await asyncio.wait_for(self._changed.wait(), delay)
            except TimeoutError:
                return
            await self.suffer()
