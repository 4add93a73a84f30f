"""Runs beside the instrument: gathers metadata, sends scan messages, replays files.

```python
from beamlore.beamline import Beamline, BeamlineSettings

async with Beamline(BeamlineSettings()) as beamline:
    async with beamline.scan("ascan mot01 0 10 100 0.1", proposal="20260101", path="/data/20260101") as scan:
        await scan.update(points=50)
        scan.add_file("scan_0001.h5")
```
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from beamlore.beamline.errors import (
        BeamlineError,
        ScanStateError,
        SpoolError,
        SpoolFullError,
        SpoolInUseError,
        TangoMissingError,
        TracingMissingError,
    )
    from beamlore.beamline.produce import Producer
    from beamlore.beamline.scan import Beamline, Scan
    from beamlore.beamline.settings import BeamlineSettings, KafkaSettings

__all__ = [
    "Beamline",
    "BeamlineError",
    "BeamlineSettings",
    "KafkaSettings",
    "Producer",
    "Scan",
    "ScanStateError",
    "SpoolError",
    "SpoolFullError",
    "SpoolInUseError",
    "TangoMissingError",
    "TracingMissingError",
]

_HOMES = {
    "Beamline": "scan",
    "BeamlineSettings": "settings",
    "KafkaSettings": "settings",
    "Producer": "produce",
    "Scan": "scan",
}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is: a device server needs no Kafka, and an instrument PC has little memory."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
