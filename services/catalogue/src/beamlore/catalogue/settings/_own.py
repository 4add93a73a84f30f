"""Settings of our own routes."""

from pydantic import Field
from pydantic_settings import BaseSettings


class OwnSettings(BaseSettings):
    """How much exports may take."""

    export_seconds: float = Field(default=600, gt=0, description="Longest time an export's query may take.")
    exports_at_once: int = Field(
        default=4, ge=1, description="Exports one process streams at once; half of them at most for one caller."
    )
