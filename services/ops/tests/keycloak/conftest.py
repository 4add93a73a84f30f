"""A realm of each test's own."""

import pytest

from beamlore.embedded import Installation

from .wanted import Wanted


@pytest.fixture
async def wanted(servers: Installation, tmp_path):
    wanted = Wanted(servers, tmp_path)
    yield wanted
    with wanted.admin() as http:
        http.delete("")
