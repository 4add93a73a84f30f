"""Running the tools that fetch and build, with what they say turned into progress."""

import asyncio
import os
import re
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import cast

from beamlore.embedded.errors import EmbeddedError

_LINE_END = re.compile(rb"[\r\n]+")


def find_tool(name: str, *, package: str, minimum: str = "") -> str:
    """Return the path of a program.

    Raises:
        EmbeddedError: it is not installed; the text names the package that brings it.
    """
    found = shutil.which(name)
    if not found:
        wanted = f"'{name}'" + (f" ({minimum})" if minimum else "")
        raise EmbeddedError(
            f"The program {wanted} is missing.",
            way_out=f"Install it, for example with 'apt-get install {package}', and start again.",
        )
    return found


async def run_tool(
    command: Sequence[str],
    *,
    log: Path,
    says: Callable[[str], None],
    failure: str,
    directory: Path | None = None,
    environment: dict[str, str] | None = None,
) -> None:
    """Run a program to its end, its output in a log and line by line in ``says``.

    Raises:
        EmbeddedError: it failed; ``failure`` and its last telling line say what.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        cwd=directory,
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        start_new_session=True,
    )
    output = cast(asyncio.StreamReader, process.stdout)
    lines: list[str] = []
    try:
        with log.open("wb") as file:
            async for line in _lines(output):
                file.write(line.encode() + b"\n")
                lines.append(line)
                del lines[:-50]
                says(line)
        code = await process.wait()
    finally:
        if process.returncode is None:
            # It leads a group of its own: Maven and npm leave the work to their children.
            os.killpg(process.pid, signal.SIGTERM)
            await process.wait()
    if code:
        raise EmbeddedError(f"{failure}: {_telling(lines)}", log=log)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    rest = b""
    while chunk := await stream.read(4096):
        *whole, rest = _LINE_END.split(rest + chunk)
        for line in whole:
            if line.strip():
                yield line.decode(errors="replace").strip()
    if rest.strip():
        yield rest.decode(errors="replace").strip()


def _telling(lines: list[str]) -> str:
    errors = [line for line in lines if re.search(r"\b(error|failed|fatal|exception)\b", line, re.IGNORECASE)]
    return (errors or lines or ["it said nothing"])[0][:300]
