import pytest

from beamlore.configurator.preconditions import Conditions
from beamlore.core import PreconditionFailedError, PreconditionRequiredError


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "current"),
    [
        (None, None, None),
        (None, "*", None),
        ('"1"', None, '"1"'),
        ('"0", "1"', None, '"1"'),
        ('W/"1"', None, '"1"'),
        ("*", None, '"1"'),
    ],
)
def test_change_of_the_known_state_passes(if_match: str | None, if_none_match: str | None, current: str | None) -> None:
    Conditions(if_match, if_none_match).check(current)


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "current"),
    [
        ('"1"', None, None),
        ("*", None, None),
        ('"1"', None, '"2"'),
        ("1", None, '"1"'),
        ("", None, '"1"'),
        (None, "*", '"1"'),
        (None, '"1"', '"1"'),
        ('"1"', "*", '"1"'),
        ('"1"', '"5"', '"2"'),
    ],
)
def test_change_of_another_state_fails(if_match: str | None, if_none_match: str | None, current: str | None) -> None:
    with pytest.raises(PreconditionFailedError):
        Conditions(if_match, if_none_match).check(current)


def test_change_of_an_unnamed_state_is_refused() -> None:
    with pytest.raises(PreconditionRequiredError):
        Conditions(None, None).check('"1"')


def test_answer_is_saved_only_for_the_same_version() -> None:
    assert Conditions(None, '"1", "2"').unchanged('"2"')
    assert not Conditions(None, '"1"').unchanged('"2"')
    assert not Conditions(None, None).unchanged('"1"')
