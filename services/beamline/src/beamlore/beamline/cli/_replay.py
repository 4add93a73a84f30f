"""``beamlore beamline replay``: scans of SPEC files."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from beamlore.beamline.cli._common import (
    BeamlineOption,
    configure_logging,
    plain_errors,
    read_settings,
    run_until_stopped,
)

if TYPE_CHECKING:
    from rich.console import Console

    from beamlore.beamline.replay import FileOutcome, ReplayOptions
    from beamlore.beamline.settings import KafkaSettings


def replay(
    files: Annotated[list[Path], typer.Argument(help="SPEC files.", exists=True, dir_okay=False, readable=True)],
    beamline: BeamlineOption,
    proposal: Annotated[str, typer.Option(help="The proposal the scans belong to.")],
    speed: Annotated[float, typer.Option(min=0, help="Times the original pace; 0: as fast as possible.")] = 0.0,
    shift_to: Annotated[
        Literal["now", "none"],
        typer.Option(
            help="now: the scans count as made now, so that they are inside the proposal's dates, and their "
            "original times are kept as metadata; none: they keep the times of the file."
        ),
    ] = "now",
    timezone: Annotated[
        str | None,
        typer.Option(
            help="Zone of the clock that wrote the files, such as Europe/Stockholm; default: as each file "
            "tells, else UTC."
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait at the end until the broker has everything.")
    ] = 60.0,
    keep: Annotated[
        bool, typer.Option("--keep", help="Be content where the scans wait in the spool because the broker is away.")
    ] = False,
) -> None:
    """Send every scan of SPEC files, as if it were made now.

    Replaying a file again changes nothing: the scans have the same PIDs. Damage in a file is told at the end and makes
    the exit code 1; what can be read is sent all the same.
    """
    with plain_errors():
        from rich.console import Console
        from rich.logging import RichHandler

        from beamlore.beamline.replay import ReplayOptions

        settings = read_settings(beamline)
        options = ReplayOptions(
            beamline=beamline,
            proposal=proposal,
            speed=speed,
            shift_to=shift_to,
            zone=_zone(timezone),
            pid_prefix=settings.pid_prefix,
        )
        console = Console(stderr=True)
        configure_logging(RichHandler(console=console, show_path=False))
        # A spool of its own: the scan engine of the same beamline may be running.
        own = settings.model_copy(update={"spool_dir": settings.spool_dir / "replay"})
        outcomes: list[FileOutcome] = []
        delivery = _Delivery()
        run_until_stopped(_replay_files(files, own, options, wait, console, outcomes, delivery))
        _tell(outcomes, delivery, own.spool_dir)
        is_kept = delivery.is_complete or keep
        if len(outcomes) < len(files) or not is_kept or any(outcome.is_damaged for outcome in outcomes):
            raise typer.Exit(1)


@dataclass
class _Delivery:
    """What the broker has at the end, and why not all."""

    is_complete: bool = False
    waiting: int = 0
    trouble: str | None = None


async def _replay_files(
    files: list[Path],
    settings: "KafkaSettings",
    options: "ReplayOptions",
    wait: float,
    console: "Console",
    outcomes: list["FileOutcome"],
    delivery: _Delivery,
) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from beamlore.beamline.produce import Producer
    from beamlore.beamline.replay import Replay, count_scans

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("scans, {task.fields[waiting]} messages wait for the broker"),
        TimeElapsedColumn(),
    )
    async with Producer(settings, drain_seconds=0.0) as producer:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("replay", total=sum(map(count_scans, files)), waiting=0)
            replaying = Replay(producer, options, lambda: progress.update(task, advance=1, waiting=producer.depth))
            for path in files:
                progress.update(task, description=path.name)
                outcomes.append(await replaying.file(path))
            progress.update(task, description="delivering")
            try:
                await producer.flush(wait)
                delivery.is_complete = True
            except TimeoutError:
                delivery.trouble = producer.trouble
            finally:
                delivery.waiting = producer.depth
            progress.update(task, waiting=producer.depth)


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise typer.BadParameter(f"{name!r} is not a time zone", param_hint="--timezone") from error


def _tell(outcomes: list["FileOutcome"], delivery: _Delivery, spool: Path) -> None:
    """Tell what was sent, and what is wrong with the files: file, scan and line."""
    done = "sent" if delivery.is_complete else "read"
    for outcome in outcomes:
        moved = f", their times moved by {outcome.shifted.days} days to end now" if outcome.shifted else ""
        typer.echo(f"{outcome.path}: {outcome.sent} scans {done}{moved}")
    if not delivery.is_complete:
        scans = sum(outcome.sent for outcome in outcomes)
        why = delivery.trouble or "not all within the time to wait"
        typer.echo(
            f"{delivery.waiting} messages of {scans} scans wait in the spool {spool} for the broker ({why}). They are "
            "sent by the next replay; look at BEAMLORE_KAFKA_BOOTSTRAP, or wait longer with --wait.",
            err=True,
        )
    for outcome in outcomes:
        if outcome.failure:
            typer.echo(f"DAMAGED {outcome.failure}", err=True)
            continue
        for problem in outcome.problems:
            where = f"scan {problem.scan}, line {problem.line}" if problem.scan else f"header, line {problem.line}"
            word = "DAMAGED" if problem.is_damage else "note:"
            more = f" (and {problem.count - 1} more like it in this scan)" if problem.count > 1 else ""
            typer.echo(f"{word} {outcome.path}: {where}: {problem.what}{more}", err=True)
    damaged = [outcome for outcome in outcomes if outcome.is_damaged]
    if damaged:
        names = ", ".join(outcome.path.name for outcome in damaged)
        unread = sum(outcome.unreadable for outcome in damaged)
        typer.echo(
            f"{len(damaged)} of {len(outcomes)} files are damaged ({names}); {unread} scans could not be read.",
            err=True,
        )
