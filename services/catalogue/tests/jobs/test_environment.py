"""Templates see the environment, but not what opens the catalogue (OWASP API8:2023; ASVS 6.4.1, 7.1.1)."""

import pytest

from beamlore.catalogue.jobs.environment import visible_environment
from beamlore.catalogue.settings import Settings


@pytest.mark.parametrize(
    ("name", "visible"),
    [
        ("SCICAT_FRONTEND_URL", True),
        ("ARCHIVE_TOKEN", True),
        ("SITE", True),
        ("BEAMLORE_MONGO_URL", False),
        ("BEAMLORE_CLIENT_SECRET", False),
        ("JWT_SECRET", False),
        ("RABBITMQ_PASSWORD", False),
        ("BEAMLORE_SMTP_PASSWORD", False),
    ],
)
def test_secrets_of_the_catalogue_are_hidden(name: str, visible: bool) -> None:
    assert (name in visible_environment(Settings, {name: "x"})) is visible
