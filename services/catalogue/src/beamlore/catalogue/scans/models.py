"""What the scan log's routes take and give. Answers are built as plain JSON; these models declare their shape."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from beamlore.catalogue.problems import Problem
from beamlore.contract import ScanState
from beamlore.core import ApiModel

COMMENT_LENGTH = 4096

Rating = Annotated[
    float, Field(ge=0.5, le=3, multiple_of=0.5, description="Stars, 0.5 to 3 in halves; absent: not rated.")
]


class ScanMetadata(ApiModel):
    """One thing recorded with a scan, as it was sent."""

    value: Any = Field(description="A scalar or a list; null where the source did not answer.")
    unit: str | None = Field(default=None, description="As the source spells it.")
    name: str | None = Field(default=None, description="Human name.")
    source: str | None = Field(default=None, description="Where it was read.")
    group: str | None = Field(default=None, description="Heading it stands under.")
    available: bool | None = Field(default=None, description="False where the source did not answer; else absent.")
    reason: str | None = Field(default=None, description="Why there is no value.")


class Scan(ApiModel):
    """A row of the scan log. Fields with nothing to say are absent."""

    pid: str
    number: int | None = Field(default=None, description="The scan's number in its session or file.")
    name: str
    beamline: str
    proposal: str
    command: str
    start: datetime
    end: datetime | None = None
    state: ScanState
    points: int | None = Field(default=None, description="Points measured so far.")
    points_planned: int | None = None
    comment: str | None = None
    rating: Rating | None = None
    number_of_files: int
    size: int = Field(description="Bytes of all files.")
    path: str
    sample: str | None = None
    updated_at: datetime
    version: int = Field(description="Grows with every change of the scan; the same version is the same content.")
    clock_ahead: float | None = Field(
        default=None,
        description="Seconds by which the instrument's clock was ahead: `start` and `end` are corrected by them.",
    )
    sent: datetime | None = Field(default=None, description="When the instrument sent its last word of it.")
    sequence: int | None = Field(default=None, description="Sequence number of that word.")
    traceparent: str | None = Field(default=None, description="Its trace (W3C Trace Context), where it was traced.")
    metadata: dict[str, ScanMetadata] = Field(description="By key: those of `columns`; all of them for one scan.")


class ScanPage(ApiModel):
    """Scans, newest first."""

    items: list[Scan]
    next_cursor: str | None = Field(
        default=None, description="Give it as `cursor` for what follows; absent at the end."
    )


class ScanPatch(ApiModel):
    """What people add to a scan. A field that is not given stays; null takes it away."""

    comment: Annotated[str, Field(max_length=COMMENT_LENGTH)] | None = None
    rating: Rating | None = None


class StaleScan(Problem):
    """What the answer is where a scan was changed meanwhile."""

    current: Scan = Field(description="The scan as it is now.")


STALE_SCAN: dict[int | str, dict[str, Any]] = {
    412: {
        "model": StaleScan,
        "description": "The scan was changed meanwhile: `current` is the scan as it is now.",
    }
}
"""For the OpenAPI of routes that change a scan on condition."""


class Parameter(ApiModel):
    """A metadata key that occurs in what the caller may see."""

    key: str
    name: str
    unit: str | None = None
    group: str | None = None
    example: Any = None


class ParameterList(ApiModel):
    """Metadata keys, by name."""

    items: list[Parameter]


class ProposalSummary(ApiModel):
    """A proposal of which the caller may see scans."""

    id: str
    title: str
    beamlines: list[str]


class ProposalList(ApiModel):
    """Proposals, the highest id first."""

    items: list[ProposalSummary]


class BeamlineSummary(ApiModel):
    """A beamline of which the caller may see scans."""

    name: str


class BeamlineList(ApiModel):
    """Beamlines, by name."""

    items: list[BeamlineSummary]
