"""The commands of `beamlore contract`. They need the extra `documents`; what an instrument imports does not."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The wire between instrument and catalogue, described for other tools.")


@app.callback()
def describe() -> None:
    """The wire between instrument and catalogue, described for other tools."""


@app.command()
def write(directory: Annotated[Path, typer.Argument(help="Where to write them, such as docs/reference.")]) -> None:
    """Write the JSON Schemas and the AsyncAPI document of the scan messages, and the list of units."""
    import yaml

    from beamlore.contract._documents import asyncapi_document, metadata_set_schema, scan_message_schema
    from beamlore.contract._unit_reference import units_reference

    texts = {
        "scan-message.schema.json": json.dumps(scan_message_schema(), indent=2, ensure_ascii=False) + "\n",
        "metadata-set.schema.json": json.dumps(metadata_set_schema(), indent=2, ensure_ascii=False) + "\n",
        "asyncapi.yaml": yaml.safe_dump(asyncapi_document(), sort_keys=False, allow_unicode=True, width=100),
        "units.md": units_reference(),
    }
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
        typer.echo(f"wrote {directory / name}")
