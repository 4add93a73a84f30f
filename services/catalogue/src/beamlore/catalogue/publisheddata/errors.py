"""What is wrong with a registration."""

from beamlore.core import BeamloreError


class RegistrationError(BeamloreError):
    """The DOI provider, or the OAI provider, did not take what it was sent; nothing is published."""

    status = 424
