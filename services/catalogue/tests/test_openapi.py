"""The committed description is the running one."""

import json
import subprocess
import sys
from pathlib import Path

COMMITTED = Path(__file__).parents[3] / "docs/reference/openapi/catalogue.json"


def test_the_committed_openapi_is_what_the_service_says() -> None:
    command = [Path(sys.executable).with_name("beamlore"), "catalogue", "openapi"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(printed.stdout) == json.loads(COMMITTED.read_text()), (
        "the interface has changed: `beamlore catalogue openapi > docs/reference/openapi/catalogue.json`"
    )
