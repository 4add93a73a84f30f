"""Settings of our own routes."""

from pydantic import Field
from pydantic_settings import BaseSettings


class OwnSettings(BaseSettings):
    """How much exports and live streams may take."""

    export_seconds: float = Field(default=600, gt=0, description="Longest time an export's query may take.")
    export_metadata_columns: int = Field(
        default=1_000,
        ge=1,
        le=10_000,
        description="Metadata keys that have columns of their own in CSV and Parquet, the most frequent ones; the "
        "others are JSON in one column.",
    )
    exports_at_once: int = Field(
        default=4, ge=1, description="Exports one process streams at once; half of them at most for one caller."
    )
    streams_per_person: int = Field(
        default=10,
        ge=1,
        description="Live streams one person may have open in one process; beyond it the answer is 429.",
    )
    streams_per_process: int = Field(
        default=2000, ge=1, description="Live streams one process has open at most; beyond it the answer is 429."
    )
    hide_existence: bool = Field(
        default=False,
        description="Whether SciCat's routes answer 404 also for what is there and the caller may not see or change. "
        "SciCat answers 403 then, which tells that it is there.",
    )
