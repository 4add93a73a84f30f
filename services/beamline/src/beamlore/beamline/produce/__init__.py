"""Sending scan messages: kept on disk before `send` returns, delivered in order, never lost."""

from beamlore.beamline.produce._producer import Producer
from beamlore.beamline.produce._rescue import Spooled
from beamlore.beamline.produce._spool import Spool

__all__ = ["Producer", "Spool", "Spooled"]
