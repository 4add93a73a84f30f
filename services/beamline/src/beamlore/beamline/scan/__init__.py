"""What an instrument uses: a beamline, and the scans made at it."""

from beamlore.beamline.scan._beamline import Beamline, ReadsMetadata, SendsMessages
from beamlore.beamline.scan._scan import Scan

__all__ = ["Beamline", "ReadsMetadata", "Scan", "SendsMessages"]
