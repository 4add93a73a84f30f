"""How far a process is on its way out (see docs/explanation/starting-and-stopping.md)."""

import asyncio


class Ending:
    """What was told to the process, for all parts of it that should know.

    Between ``told`` and ``last_call`` everything is still served, new connections too: whoever sends requests here
    needs a moment to notice that the process is not ready any more.
    """

    def __init__(self) -> None:
        self.signalled = False
        """Set first, by the signal's handler: there no event can be set."""

        self.told = asyncio.Event()
        """Begin nothing that may take long, and leave to others what others can do."""

        self.last_call = asyncio.Event()
        """No connection is taken any more: end what would never end by itself."""
