import subprocess
import sys

import pytest


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys; print('\\n'.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


@pytest.mark.parametrize("server_part", ["fastapi", "pymongo", "uvicorn", "beamlore.core"])
def test_instrument_needs_no_server_library(server_part):
    assert server_part not in modules_after("from beamlore.beamline import Beamline, Scan, Producer")


def test_importing_the_package_needs_neither_tango_nor_silx():
    loaded = modules_after("from beamlore.beamline import Beamline; import beamlore.beamline.cli")
    assert not loaded & {"tango", "silx", "h5py"}
