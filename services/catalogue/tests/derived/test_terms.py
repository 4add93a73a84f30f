"""Words and search terms."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.derived.terms import metadata_terms, number_term, ordered, quantity_term, text_term
from beamlore.catalogue.derived.words import searched, words_of

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(NUMBERS, NUMBERS)
def test_numbers_as_text_have_the_order_of_the_numbers(one: float, other: float) -> None:
    assert (ordered(one) < ordered(other)) == (one < other)
    assert (ordered(one) == ordered(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A fine Powder", ["a", "fine", "powder"]),
        ("in-situ XAS/EXAFS, 300K", ["in", "situ", "xas", "exafs", "300k"]),
        ("sample_1.h5", ["sample_1", "h5"]),
        ("Pulvér Ångström", ["pulver", "angstrom"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("", []),
    ],
)
def test_words_are_found_without_regard_to_case_and_accents(text: str, words: list[str]) -> None:
    assert list(words_of(text)) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("powder crystal", (["powder", "crystal"], [])),
        ("powder -fine", (["powder"], ["fine"])),
        ("in-situ", (["in", "situ"], [])),
        ('"fine powder"', None),
    ],
)
def test_a_search_is_words_wanted_and_words_not_wanted(text: str, found: object) -> None:
    assert searched(text) == found


@pytest.mark.parametrize(
    ("entry", "terms"),
    [
        (300, {number_term("T", "", 300.0)}),
        ("cold", {text_term("T", "", "cold")}),
        ({"value": 20, "unit": "degC"}, {number_term("T", "value", 20.0), quantity_term("T", "K", 293.15)}),
        ({"v": 1, "u": "mm"}, {number_term("T", "v", 1.0), quantity_term("T", "m", 1e-3)}),
        ({"value": 3, "unit": "bananas"}, {number_term("T", "value", 3.0)}),
        (
            {"value": 3, "unit": "bananas", "valueSI": 4, "unitSI": "fruit"},
            {number_term("T", "value", 3.0), quantity_term("T", "fruit", 4.0)},
        ),
        ({"value": [1, 2], "unit": "mm"}, {number_term("T", "value", 1.0), number_term("T", "value", 2.0)}),
        ({"value": None}, set()),
        ({"value": True}, set()),
        ({"value": math.inf, "unit": "mm"}, set()),
        (None, set()),
    ],
)
def test_a_metadata_entry_is_found_by_its_value_and_its_value_in_si(entry: object, terms: set[str]) -> None:
    assert set(metadata_terms("T", entry)) == terms
