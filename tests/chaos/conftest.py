"""The night shift, and a page of the scan log that stays open through it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page

from tests.chaos.night_shift import NightShift


@pytest.fixture
async def shift(installation: Any, tmp_path: Any) -> AsyncIterator[NightShift]:
    async with NightShift(installation, tmp_path) as shift:
        yield shift
    for name in ("mongo-1", "mongo-2", "kafka", "useroffice", "catalogue", "ingestor"):
        await installation.start(name)


@pytest.fixture
async def open_page(shift: NightShift, scan_log_page: Any) -> Page:
    """The scan log, open before anything breaks, and marked so that a reload would be seen."""
    page: Page = await scan_log_page("admin")
    await page.evaluate("window.openedBeforeTheFault = true")
    return page
