"""The choice of the active set, as it is sent. It is answered as the contract's ``ActiveConfiguration``."""

from pydantic import Field

from beamlore.core import ApiModel


class Choice(ApiModel):
    """Which set is to be active."""

    name: str = Field(min_length=1, max_length=128, description="Name of one of the beamline's sets.")
