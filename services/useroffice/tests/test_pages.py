import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.core import BadRequestError
from beamlore.useroffice.pages import Index


@given(st.sets(st.text(min_size=1, max_size=8)), st.integers(1, 7))
def test_pages_together_are_the_whole_in_order(keys: set[str], limit: int) -> None:
    index = Index(keys, str)
    seen: list[str] = []
    cursor = None
    while True:
        page = index.page(limit, cursor)
        assert len(page.items) <= limit
        seen += page.items
        if page.next_cursor is None:
            break
        assert len(page.items) == limit
        cursor = page.next_cursor
    assert seen == sorted(keys)


def test_last_page_that_is_full_promises_no_next_one() -> None:
    assert Index(["a", "b"], str).page(2, None).next_cursor is None


def test_condition_holds_on_every_page() -> None:
    index = Index([f"{number:03}" for number in range(100)], str)
    first = index.page(10, None, lambda key: key.endswith("0"))
    assert first.items == [f"{number:03}" for number in range(0, 100, 10)]
    assert first.next_cursor is None


@pytest.mark.parametrize("cursor", ["$", "ä", "//8", "a"])
def test_invented_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadRequestError, match="not one that a page gave"):
        Index(["a"], str).page(1, cursor)
