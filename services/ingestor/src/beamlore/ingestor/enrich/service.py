"""Several messages of one scan become one item, enriched with what the user office knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from beamlore.contract import (
    File,
    MetadataValue,
    Place,
    ScanAborted,
    ScanFinished,
    ScanMessage,
    ScanState,
    beamline_staff,
    place_of,
    proposal_group,
)
from beamlore.ingestor.enrich.models import DatasetFields, Item, ProposalDetails
from beamlore.ingestor.proposals.models import Proposal

NOTHING_BEFORE: Final[Place] = (False, -1)
ABORT_REASON = "abort_reason"
"""Metadata key under which an aborted scan's reason is kept: SciCat's datasets have no field for it."""
_TEXT_LENGTH = 4096


@dataclass(frozen=True)
class Story:
    """What messages of one scan say together.

    The newest one's header counts; metadata, files and what a message may leave unsaid are as they were last said.
    """

    newest: ScanMessage
    metadata: dict[str, MetadataValue]
    complete: bool
    """Whether this is all metadata of the scan, rather than what has changed."""
    files: list[File]
    end: datetime | None
    number: int | None
    points: int | None
    points_planned: int | None


def coalesce(messages: Sequence[ScanMessage], written: Place = NOTHING_BEFORE) -> Story:
    """Return what the messages of one scan say together, as if each had been catalogued by itself.

    Args:
        messages: at least one, in the order in which they came.
        written: the place known to be catalogued or on its way; messages not after it, and those not after one
            before them, came twice or late and add nothing. Where all are such, the newest
            stands for them, and the catalogue finds it unchanged.
    """
    story: Story | None = None
    for message in messages:
        if place_of(message) > (written if story is None else place_of(story.newest)):
            story = _story(message) if story is None else _continued(story, _story(message))
    return story or _story(max(messages, key=place_of))


def _story(message: ScanMessage) -> Story:
    metadata, end = message.metadata, None
    if isinstance(message, ScanFinished | ScanAborted):
        end = message.end
    if isinstance(message, ScanAborted) and message.reason:
        metadata = {ABORT_REASON: MetadataValue(message.reason, name="Reason of the abort", group="Scan"), **metadata}
    return Story(
        message,
        metadata,
        end is not None,
        message.files,
        end,
        message.number,
        message.points,
        message.points_planned,
    )


def _continued(former: Story, latter: Story) -> Story:
    return Story(
        latter.newest,
        latter.metadata if latter.complete else {**former.metadata, **latter.metadata},
        former.complete or latter.complete,
        latter.files or former.files,
        former.end if latter.end is None else latter.end,
        former.number if latter.number is None else latter.number,
        former.points if latter.points is None else latter.points,
        former.points_planned if latter.points_planned is None else latter.points_planned,
    )


def make_item(
    story: Story,
    proposal: Proposal,
    *,
    with_details: bool,
    traceparent: str | None = None,
    ahead: timedelta = timedelta(),
) -> Item:
    """Return the catalogue's item for a story, with the proposal's people and title.

    Args:
        story: what is known of the scan.
        proposal: its proposal.
        with_details: whether the item shall carry the proposal itself too, abstract and dates included.
        traceparent: the trace context of its ingest, where it is traced.
        ahead: by how much the instrument's clock is to be corrected; nothing: its times are taken as they are.
    """
    message = story.newest
    start = _earlier(message.start, ahead)
    end = None if story.end is None else _earlier(story.end, ahead)
    investigator = proposal.principal_investigator
    return Item(
        pid=message.pid,
        sequence=message.sequence,
        state=_state(message),
        proposal=message.proposal,
        dataset=DatasetFields(
            owner_group=proposal_group(proposal.id),
            access_groups=[],
            instrument_group=beamline_staff(message.beamline),
            owner=_joined(person.name for person in proposal.people),
            owner_email=_joined(person.email for person in proposal.people) or None,
            orcid_of_owner=_joined(person.orcid or "" for person in proposal.people) or None,
            contact_email=investigator.email,
            source_folder=message.path,
            creation_time=start,
            start_time=start,
            end_time=end,
            type="raw",
            dataset_name=message.command or f"Scan {message.pid if story.number is None else story.number}",
            description=proposal.title,
            creation_location=message.beamline,
            principal_investigators=[investigator.name],
            proposal_ids=[proposal.id],
            instrument_ids=[message.beamline],
            sample_ids=[message.sample] if message.sample else [],
            size=sum(file.size for file in message.files),
            number_of_files=len(message.files),
            run_number=None if story.number is None else str(story.number),
            keywords=[],
        ),
        metadata=story.metadata | _reported_times(message, story.end) if ahead else story.metadata,
        metadata_complete=story.complete,
        files=story.files,
        points=story.points,
        points_planned=story.points_planned,
        sent=message.sent,
        command=message.command,
        number=story.number,
        clock_ahead=round(ahead.total_seconds(), 3) if ahead else None,
        proposal_details=_details(proposal) if with_details else None,
        traceparent=traceparent,
    )


def _earlier(moment: datetime, by: timedelta) -> datetime:
    """Return the moment less a correction; without one as it is, zone and all."""
    return moment.astimezone(UTC) - by if by else moment


def _reported_times(message: ScanMessage, end: datetime | None) -> dict[str, MetadataValue]:
    """Return the times of an instrument whose clock was corrected, as it sent them."""
    times = {"reported_start": message.start} | ({} if end is None else {"reported_end": end})
    return {
        key: MetadataValue(
            moment.isoformat(), name=f"{key.removeprefix('reported_').title()} by the instrument's clock", group="Scan"
        )
        for key, moment in times.items()
    }


def _joined(texts: Iterable[str]) -> str:
    """Join as SciCat asks for ("a list of persons, which should then be separated by semicolons"), as far as fits."""
    joined = "; ".join(text for text in texts if text)
    return joined if len(joined) <= _TEXT_LENGTH else joined[:_TEXT_LENGTH].rpartition("; ")[0]


def _state(message: ScanMessage) -> ScanState:
    if isinstance(message, ScanFinished):
        return "finished"
    return "aborted" if isinstance(message, ScanAborted) else "running"


def _details(proposal: Proposal) -> ProposalDetails:
    return ProposalDetails(
        title=proposal.title,
        abstract=proposal.abstract,
        pi_name=proposal.principal_investigator.name,
        pi_email=proposal.principal_investigator.email,
        start=proposal.start,
        end=proposal.end,
    )
