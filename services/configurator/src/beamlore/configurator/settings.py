"""Settings of the configurator."""

from beamlore.core import HttpSettings, MongoSettings, OidcSettings


class Settings(HttpSettings, OidcSettings, MongoSettings):
    """What the configurator is told by its environment."""
