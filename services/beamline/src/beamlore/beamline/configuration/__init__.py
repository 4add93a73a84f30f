"""Which metadata the beamline records: asked of the configurator, remembered while it is away."""

from beamlore.beamline.configuration._client import ConfigurationClient
from beamlore.beamline.configuration._store import ConfigurationStore

__all__ = ["ConfigurationClient", "ConfigurationStore"]
