"""What the chart ships for monitoring, as its files have it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "beamlore"
RUNBOOKS = ROOT / "docs" / "how-to" / "runbooks"
_VARIABLES = {"$namespace": ".*", "$beamline": ".*", "$__rate_interval": "1m"}


@dataclass(frozen=True)
class Panel:
    """One query of a dashboard."""

    dashboard: str
    title: str
    expression: str

    def __str__(self) -> str:
        return f"{self.dashboard}: {self.title}"


def dashboards() -> dict[str, dict[str, Any]]:
    """Return the dashboards by file name."""
    return {path.name: json.loads(path.read_text()) for path in sorted(CHART.glob("dashboards/*.json"))}


def panels() -> Iterator[Panel]:
    """Yield every query of every dashboard, its variables filled in."""
    for name, dashboard in dashboards().items():
        for panel in dashboard["panels"]:
            for target in panel.get("targets", ()):
                yield Panel(name, panel["title"], filled_in(target["expr"]))


def filled_in(expression: str) -> str:
    """Return an expression with Grafana's variables filled in as it does for 'All'."""
    for name, value in _VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def rules() -> list[dict[str, Any]]:
    """Return all alerts and recording rules."""
    return [
        rule
        for path in sorted(CHART.glob("alerts/*.yaml"))
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
    ]


def write_rules(directory: Path, namespace: str, fullname: str) -> list[Path]:
    """Write the rules as the chart's template fills them in; return the files."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted(CHART.glob("alerts/*.yaml")):
        copy = directory / path.name
        copy.write_text(path.read_text().replace("@namespace@", namespace).replace("@fullname@", fullname))
        written.append(copy)
    return written
