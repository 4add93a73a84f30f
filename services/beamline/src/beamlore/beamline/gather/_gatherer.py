"""Reads a metadata set, all devices at once, and is back in time whatever they do."""

import asyncio
from collections import defaultdict

from beamlore.beamline._values import unavailable
from beamlore.beamline.gather._device import DeviceReader, device_of
from beamlore.contract import MetadataEntry, MetadataSet, MetadataValue

_MARGIN_SECONDS = 0.05
"""Left of the budget for what comes after the waiting."""


class Gatherer:
    """Reads Tango attributes concurrently, one call and one thread for each device.

    A device that is down, slow or hangs yields entries that are not available and say why; the others are not delayed
    by it, neither in this reading nor in the next.
    """

    def __init__(self, budget_seconds: float = 0.5) -> None:
        """Prepare.

        Args:
            budget_seconds: `gather` is back within this time.
        """
        self._wait_seconds = budget_seconds - _MARGIN_SECONDS
        self._readers: dict[str, DeviceReader] = {}

    async def gather(self, metadata_set: MetadataSet) -> dict[str, MetadataValue]:
        """Return a value for every entry of the set, by key and in the set's order, within the budget."""
        devices: dict[str, list[MetadataEntry]] = defaultdict(list)
        for entry in metadata_set.entries:
            devices[device_of(entry)].append(entry)
        if not devices:
            return {}
        for gone in self._readers.keys() - devices.keys():
            del self._readers[gone]
        answers = {name: asyncio.create_task(self._reader(name).read(mine)) for name, mine in devices.items()}
        await asyncio.wait(answers.values(), timeout=self._wait_seconds)
        found: dict[str, MetadataValue] = {}
        for name, answer in answers.items():
            if answer.done():
                found |= answer.result()
            else:
                answer.cancel()
                reason = f"{name} did not answer within {self._wait_seconds * 1000:.0f} ms"
                found |= {entry.key: unavailable(entry, reason) for entry in devices[name]}
        return {entry.key: found[entry.key] for entry in metadata_set.entries}

    def _reader(self, name: str) -> DeviceReader:
        if name not in self._readers:
            self._readers[name] = DeviceReader(name, self._wait_seconds)
        return self._readers[name]
