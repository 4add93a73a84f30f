"""Words and search terms."""

import math

import pytest
from bson import Decimal128, Int64
from hypothesis import given
from hypothesis import strategies as st

from beamlore.catalogue.derived.terms import metadata_terms, number_term, ordered, quantity_term, text_term
from beamlore.catalogue.derived.words import Sought, searched, words_of

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(NUMBERS, NUMBERS)
def test_numbers_as_text_have_the_order_of_the_numbers(one: float, other: float) -> None:
    assert (ordered(one) < ordered(other)) == (one < other)
    assert (ordered(one) == ordered(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A fine Powder", ["a", "fine", "powder"]),
        ("in-situ XAS/EXAFS, 300K", ["in", "situ", "xas", "exafs", "300k", "300", "k"]),
        ("sample_1.h5", ["sample", "1", "h5", "h", "5"]),
        ("20210906-46", ["20210906", "46"]),
        ("H₂O", ["h2o", "h", "2", "o"]),
        ("3fa85f64b1", ["3fa85f64b1"]),
        ("Pulvér Ångström Łódź", ["pulver", "angstrom", "lodz"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("\ufb01ne İstanbul ıstanbul", ["fine", "istanbul", "istanbul"]),
        ("ΣΊΓΜΑΣ σίγμας", ["σιγμασ", "σιγμασ"]),
        ("\u00b5m \u03bcm", ["μm", "μm"]),
        ("样品3", ["样", "品", "样品", "3"]),
        ("がか", ["が", "か", "がか"]),
        ("", []),
    ],
)
def test_words_are_found_without_regard_to_case_and_accents(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("powder crystal", Sought((("powder",), ("crystal",)))),
        ("powder -fine", Sought((("powder",),), (), (("fine",),))),
        ("in-situ", Sought((("in", "situ"),))),
        ("sample_abc", Sought((("sample", "abc"),))),
        ("样品测", Sought((("样品", "品测"),))),
        ('"fine powder" dry', Sought((("dry",),), (("fine", "powder"),))),
        ('-"fine powder" dry', Sought((("dry",),), (), (("fine", "powder"),))),
        ("", Sought(())),
        ("--- ,", Sought(())),
    ],
)
def test_a_search_is_words_wanted_and_words_not_wanted(text: str, found: Sought) -> None:
    assert searched(text) == found


@given(st.text(max_size=40))
def test_every_text_is_found_by_itself(text: str) -> None:
    for part in text.replace('"', " ").split():
        sought = searched(part.removeprefix("-"))
        assert not sought.wanted or sought.matches(words_of(text))


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
        (
            {"value": [1, 2, "x"], "unit": "mm"},
            {
                *(number_term("T", "value", one) for one in (1.0, 2.0)),
                *(quantity_term("T", "m", one) for one in (0.001, 0.002)),
                text_term("T", "value", "x"),
            },
        ),
        ([{"value": 1}, {"value": [2]}], {number_term("T", "value", 1.0), number_term("T", "value", 2.0)}),
        (Int64(3), {number_term("T", "", 3.0)}),
        (Decimal128("2.5"), {number_term("T", "", 2.5)}),
        ([[1]], set()),
        ({"value": None}, set()),
        ({"value": True}, set()),
        ({"value": math.nan, "unit": "mm"}, set()),
        (math.inf, {number_term("T", "", math.inf)}),
        (None, set()),
    ],
)
def test_a_metadata_entry_is_found_by_its_value_and_its_value_in_si(entry: object, terms: set[str]) -> None:
    assert set(metadata_terms("T", entry)) == terms
