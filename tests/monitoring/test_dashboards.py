"""Every query of every dashboard is answered by a real Prometheus that watches a running installation."""

from collections import Counter

import pytest

from tests.monitoring.chart import Panel, dashboards, panels
from tests.monitoring.prometheus import Prometheus

MAY_BE_EMPTY = {
    "beamlore-overview.json: Errors by service and status",
    "beamlore-data.json: No connection to be had",
}
"""What is measured only when something goes wrong."""


@pytest.mark.parametrize("panel", [pytest.param(one, id=str(one)) for one in panels()])
async def test_a_panel_shows_something(busy: Prometheus, panel: Panel):
    found = await busy.query(panel.expression)

    assert found or str(panel) in MAY_BE_EMPTY, f"nothing for {panel.expression}"


def test_what_may_be_empty_is_there():
    assert {str(panel) for panel in panels()} >= MAY_BE_EMPTY


@pytest.mark.parametrize("name", dashboards())
def test_a_dashboard_names_no_data_source_and_no_panel_twice(name: str):
    dashboard = dashboards()[name]
    sources = {panel["datasource"]["uid"] for panel in dashboard["panels"] if "datasource" in panel}

    assert sources == {"${datasource}"}
    assert Counter(panel["id"] for panel in dashboard["panels"]).most_common(1)[0][1] == 1
    assert dashboard["uid"] == name.removesuffix(".json")


@pytest.mark.parametrize("name", dashboards())
def test_no_panel_covers_another(name: str):
    taken: set[tuple[int, int]] = set()
    for panel in dashboards()[name]["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + column, place["y"] + row) for column in range(place["w"]) for row in range(place["h"])}
        assert not taken & cells, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
