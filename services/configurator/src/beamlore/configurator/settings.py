"""Settings of the configurator."""

from beamlore.core import HttpSettings, IdentityCheckSettings, MongoSettings


class Settings(HttpSettings, IdentityCheckSettings, MongoSettings):
    """What the configurator is told by its environment."""
