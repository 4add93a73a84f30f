"""One Tango device, read in a thread of its own."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from beamlore.beamline._threads import start_call
from beamlore.beamline._values import recorded, unavailable
from beamlore.beamline.errors import TangoMissingError
from beamlore.contract import MetadataEntry, MetadataValue

try:
    import tango
except ImportError as error:
    raise TangoMissingError(
        "pytango is not installed, so no Tango device can be read: pip install 'beamlore-beamline[tango]'"
    ) from error


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _AttributeConfig:
    unit: str
    labels: tuple[str, ...]


class DeviceReader:
    """Reads attributes of one device, one call at a time.

    A device that hangs holds its own thread and nobody else's, and no second call is started while one hangs.
    """

    def __init__(self, name: str, timeout_seconds: float) -> None:
        self._name = name
        self._timeout_seconds = timeout_seconds
        self._proxy: Any = None
        self._configs: dict[str, _AttributeConfig] = {}
        self._calling = asyncio.Lock()
        self._called_at = 0.0

    async def read(self, entries: Sequence[MetadataEntry]) -> dict[str, MetadataValue]:
        """Return the values of the entries, which are all of this device; does not fail for the device's sake.

        May take as long as the device does: the caller cancels it at the end of its budget.
        """
        waited = time.monotonic() - self._called_at
        if self._calling.locked() and waited > self._timeout_seconds:
            reason = f"{self._name} has not answered for {waited:.1f} s"
            return {entry.key: unavailable(entry, reason) for entry in entries}
        await self._calling.acquire()
        self._called_at = time.monotonic()
        call = start_call(lambda: self._read_or_reason(entries), name=f"beamlore-gather {self._name}")
        # Not when the caller gives up, but when the call is back.
        call.add_done_callback(lambda _: self._calling.release())
        return await asyncio.shield(call)

    def _read_or_reason(self, entries: Sequence[MetadataEntry]) -> dict[str, MetadataValue]:
        try:
            return self._read(entries)
        except tango.DevFailed as error:
            # It may come back as another process with other units.
            self._configs.clear()
            reason = _reason(error)
        except Exception as error:
            # Whatever a device answers, it must not stop the scan; what the proxy remembers of it may be wrong.
            self._proxy = None
            _log.exception("%s could not be read", self._name)
            reason = f"{type(error).__name__}: {error}"
        return {entry.key: unavailable(entry, reason) for entry in entries}

    def _read(self, entries: Sequence[MetadataEntry]) -> dict[str, MetadataValue]:
        if self._proxy is None:
            proxy = tango.DeviceProxy(self._name)
            proxy.set_timeout_millis(int(self._timeout_seconds * 1000))
            self._proxy = proxy
        names = list(dict.fromkeys(_attribute(entry) for entry in entries))
        answers = dict(zip(names, self._proxy.read_attributes(names), strict=True))
        self._configure([name for name in names if name not in self._configs and not answers[name].has_failed])
        return {entry.key: self._value(entry, answers[_attribute(entry)]) for entry in entries}

    def _configure(self, names: list[str]) -> None:
        if not names:
            return
        for name, config in zip(names, self._proxy.get_attribute_config_ex(names), strict=True):
            is_enum = config.data_type == tango.CmdArgType.DevEnum
            unit = "" if config.unit == tango.constants.UnitNotSpec else config.unit
            self._configs[name] = _AttributeConfig(unit, tuple(config.enum_labels) if is_enum else ())

    def _value(self, entry: MetadataEntry, answer: Any) -> MetadataValue:
        if answer.has_failed:
            return unavailable(entry, _reason(answer.get_err_stack()))
        if answer.quality == tango.AttrQuality.ATTR_INVALID:
            return unavailable(entry, f"{entry.source} has no valid value now")
        if answer.data_format == tango.AttrDataFormat.IMAGE:
            return unavailable(entry, "an image, not a value: only scalars and lists are recorded with a scan")
        config = self._configs[_attribute(entry)]
        value = answer.value
        if value is None and answer.data_format == tango.AttrDataFormat.SPECTRUM:
            value = []
        return recorded(entry, value, config.unit, config.labels)


def device_of(entry: MetadataEntry) -> str:
    """Return the device an entry is read from; Tango's names do not tell upper case from lower."""
    return entry.source.rsplit("/", 1)[0].lower()


def _attribute(entry: MetadataEntry) -> str:
    return entry.source.rsplit("/", 1)[1].lower()


def _reason(error: Any) -> str:
    """Return what the device says, from the innermost of Tango's nested errors."""
    stack = error.args if isinstance(error, tango.DevFailed) else error
    return str(stack[0].desc).strip() or str(stack[0].reason)
