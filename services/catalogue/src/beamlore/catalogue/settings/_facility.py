"""What a facility says about its proposals and logbooks."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Flag, variable


class FacilitySettings(BaseSettings):
    """Proposals and logbooks."""

    proposal_types_file: Path | None = variable(
        "PROPOSAL_TYPES_FILE",
        None,
        "An object whose values are the types of proposals there are beside `Default Proposal`; without it, "
        "`proposalTypes.json` in the working directory, if there is one. Without either, only that type is taken.",
    )
    recount_seconds: float = Field(
        default=3600.0, gt=0, description="How often the number of datasets of each proposal is counted again."
    )
    logbook_enabled: Flag = variable(
        "LOGBOOK_ENABLED", False, "Whether there is a SciChat server to read logbooks from."
    )
    logbook_base_url: str = variable(
        "LOGBOOK_BASE_URL", "http://localhost:3030/scichatapi", "The address of that server's interface."
    )
    logbook_seconds: float = variable("LOGBOOK_SECONDS", 10.0, "Longest time it may take to answer.", gt=0)
