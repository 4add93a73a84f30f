import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.contract import InvalidPidError, check_pid, deterministic_pid, new_pid

PREFIXES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)


@given(PREFIXES)
def test_new_pids_are_well_formed_and_never_the_same(prefix: str) -> None:
    first, second = new_pid(prefix), new_pid(prefix)
    assert check_pid(first) == first
    assert first.startswith(f"{prefix}/")
    assert first != second


@given(PREFIXES, st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_deterministic_pids_are_the_same_for_the_same_parts_only(prefix: str, one: list[str], other: list[str]) -> None:
    assert deterministic_pid(prefix, *one) == deterministic_pid(prefix, *one)
    if "\0".join(one) != "\0".join(other):
        assert deterministic_pid(prefix, *one) != deterministic_pid(prefix, *other)


@pytest.mark.parametrize(
    "pid",
    [
        "",
        "prefix",
        "/suffix",
        "prefix/",
        "a/b/c",
        "a b/c",
        ".a/b",
        "a/-b",
        "a/b\n",
        "a/ü",
        "a" * 65 + "/b",
        "a/" + "b" * 129,
        "a/$where",
    ],
)
def test_malformed_pid_is_refused(pid: str) -> None:
    with pytest.raises(InvalidPidError, match="is not a PID"):
        check_pid(pid)


def test_prefix_that_makes_no_pid_is_refused() -> None:
    with pytest.raises(InvalidPidError):
        new_pid("two/parts")
