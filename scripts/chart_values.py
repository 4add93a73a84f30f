"""Writes the reference of the chart's values from their schema (what each is) and values.yaml (what it is at first)."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parent.parent / "charts" / "beamlore"
HEAD = """\
# Values of the chart

Written by `make docs` from `charts/beamlore/values.schema.json` and `values.yaml`; `make lint` compares. Helm refuses
a value that is not here, or not of its form. Whole examples: `charts/beamlore/examples/`.

"""
TABLE = ["| value | at first | what it is |", "| --- | --- | --- |"]

Schema = dict[str, Any]


class Reference:
    """The reference of one chart."""

    def __init__(self, schema: Schema, values: dict[str, Any]) -> None:
        self._definitions: dict[str, Schema] = schema["definitions"]
        self._properties: dict[str, Schema] = schema["properties"]
        self._values = values

    def text(self) -> str:
        """Return the page."""
        names = [name for name in self._properties if name in self._values]
        single = [name for name in names if "properties" not in self._resolved(self._properties[name])]
        rows = [row for name in single for row in self._single(name)]
        sections = [self._section(name) for name in names if name not in single]
        return HEAD + "\n".join(["## The installation", "", *TABLE, *rows, "", *sections, self._shapes()])

    def _single(self, name: str) -> list[str]:
        schema = self._resolved(self._properties[name])
        items = self._resolved(schema.get("items", {})).get("properties", {})
        inner = [_row(f"{name}[].{key}", None, self._told(one)) for key, one in items.items()]
        return [_row(name, self._values[name], self._told(schema)), *inner]

    def _section(self, name: str) -> str:
        schema = self._resolved(self._properties[name])
        rows = self._rows(name, schema, self._values[name])
        return "\n".join([f"## {name}", "", schema["description"], "", *TABLE, *(_row(*one) for one in rows), ""])

    def _rows(self, path: str, schema: Schema, values: Any) -> Iterator[tuple[str, Any, str]]:
        for key, one in schema.get("properties", {}).items():
            value = values.get(key) if isinstance(values, dict) else None
            inner = self._resolved(one)
            # What has a name of its own is told once, below.
            if "properties" in inner and _reference(one) is None:
                yield from self._rows(f"{path}.{key}", inner, value)
            else:
                yield f"{path}.{key}", value, self._told(one)

    def _told(self, schema: Schema) -> str:
        shape = _reference(schema)
        text = str(schema.get("description") or self._resolved(schema).get("description", ""))
        if choices := self._resolved(schema).get("enum"):
            text += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
        if shape and "properties" in self._definitions[shape]:
            text += f" [Form](#{shape.lower()})."
        return text.strip()

    def _shapes(self) -> str:
        lines = ["## Forms used above", ""]
        for name, schema in self._definitions.items():
            if properties := schema.get("properties"):
                lines += [f"### {name}", "", "| value | what it is |", "| --- | --- |"]
                lines += [f"| `{key}` | {_cell(self._told(one))} |" for key, one in properties.items()]
                lines.append("")
        return "\n".join(lines)

    def _resolved(self, schema: Schema) -> Schema:
        shape = _reference(schema)
        return {**self._definitions[shape], **schema} if shape else schema


def _reference(schema: Schema) -> str | None:
    references = [schema, *schema.get("allOf", [])]
    return next((one["$ref"].rsplit("/", 1)[1] for one in references if "$ref" in one), None)


def _row(path: str, value: Any, text: str) -> str:
    return f"| `{path}` | {_shown(value)} | {_cell(text)} |"


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    return f"`{_cell(json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Print the reference."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    sys.stdout.write(Reference(schema, values).text())


if __name__ == "__main__":
    main()
