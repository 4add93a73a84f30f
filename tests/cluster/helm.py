"""`helm`, as an operator calls it."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "charts" / "beamlore"
RELEASE = "beamlore"


async def helm(*arguments: str, values: list[dict[str, Any]] | None = None) -> str:
    """Run helm; return what it printed.

    Args:
        arguments: of the command line.
        values: files of values, the later ones before the earlier.

    Raises:
        AssertionError: it failed; its words are told.
    """
    with tempfile.TemporaryDirectory() as directory:
        options = []
        for number, one in enumerate(values or ()):
            path = Path(directory) / f"{number}.yaml"
            path.write_text(yaml.safe_dump(one))
            options += ["--values", str(path)]
        process = await asyncio.create_subprocess_exec(
            "helm", *arguments, *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output, _ = await process.communicate()
    told = output.decode()
    assert process.returncode == 0, f"helm {' '.join(arguments)}:\n{told}"
    return told
