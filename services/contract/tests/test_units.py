from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beamlore.contract import (
    UnitDefinitionError,
    UnknownUnitError,
    define_units,
    known_spellings,
    parsed_unit,
    unit_registry,
    vocabulary_version,
)
from beamlore.contract import _units as units


@pytest.fixture
def facility() -> Iterator[None]:
    """A vocabulary of the test's own."""

    def forget() -> None:
        for cached in (units._vocabulary, units.unit_registry, units.parsed_unit):
            cached.cache_clear()

    forget()
    yield
    forget()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("mm", "millimeter"),
        (" mm ", "millimeter"),
        ("millimetres", "millimeter"),
        ("Micrometer", "micrometer"),
        ("\u00b5m", "micrometer"),
        ("\u03bcm", "micrometer"),
        ("um", "micrometer"),
        ("micron", "micrometer"),
        ("Å", "angstrom"),
        ("\u212b", "angstrom"),
        ("A\u030a", "angstrom"),
        ("Ang", "angstrom"),
        ("1/angstrom", "1/angstrom"),
        ("Å⁻¹", "1/angstrom"),
        ("Å^-1", "1/angstrom"),
        ("A^-1", "1/angstrom"),
        ("1/A", "1/angstrom"),
        ("A", "ampere"),
        ("mA", "milliampere"),
        ("nA", "nanoampere"),
        ("KeV", "kiloelectron_volt"),
        ("kev", "kiloelectron_volt"),
        ("Mev", "megaelectron_volt"),
        ("meV", "millielectron_volt"),
        ("MeV", "megaelectron_volt"),
        ("deg", "degree"),
        ("°", "degree"),
        ("º", "degree"),
        ("DEG", "degree"),
        ("degC", "degree_Celsius"),
        ("deg C", "degree_Celsius"),
        ("Deg C", "degree_Celsius"),
        ("deg. C", "degree_Celsius"),
        ("°C", "degree_Celsius"),
        ("C°", "degree_Celsius"),
        ("℃", "degree_Celsius"),
        ("celsius", "degree_Celsius"),
        ("C", "coulomb"),
        ("nC", "nanocoulomb"),
        ("degC/min", "delta_degree_Celsius / minute"),
        ("K", "kelvin"),
        ("cts", "count"),
        ("counts", "count"),
        ("cts/s", "count / second"),
        ("counts/s", "count / second"),
        ("counts per second", "count / second"),
        ("kcps", "kilocount / second"),
        ("ph/s", "photon / second"),
        ("photons/s/mm²", "photon / second / millimeter ** 2"),
        ("px", "detector_pixel"),
        ("pixels", "detector_pixel"),
        ("fps", "frame / second"),
        ("r.l.u.", "rlu"),
        ("%", "percent"),
        ("ppm", "ppm"),
        ("Ohm", "ohm"),
        ("kΩ", "kiloohm"),
        ("\u2126", "ohm"),
        ("bar(a)", "bar"),
        ("mbar", "millibar"),
        ("TORR", "torr"),
        ("cmH2O", "centimeter_H2O"),
        ("Hz", "hertz"),
        ("khz", "kilohertz"),
        ("rpm", "revolutions_per_minute"),
        ("msec", "millisecond"),
        ("hrs", "hour"),
        ("uM", "micromolar"),
        ("l/min", "liter / minute"),
        ("m/s^2", "meter / second ** 2"),
        ("m/s/s", "meter / second ** 2"),
        ("mm2", "millimeter ** 2"),
        ("mm**-1", "1 / millimeter"),
        ("m s-1", "meter / second"),
        ("m·s⁻¹", "meter / second"),
        ("W/(m K)", "watt / meter / kelvin"),
        ("(kg m^2) / s^2", "kilogram * meter ** 2 / second ** 2"),
        ("1 / s", "1 / second"),
        ("/s", "1 / second"),
        ("Kg", "kilogram"),
        ("", ""),
        ("1", ""),
    ],
)
def test_unit_is_read_as_people_mean_it(written: str, meant: str) -> None:
    assert parsed_unit(written) == unit_registry().Unit(meant)


@pytest.mark.parametrize(
    "unit",
    [
        "N/A", "n/a", "NA", "na", "none", "-", "?", "a.u.", "A.U.", "au", "arb", "arb. units", "bar(g)", "barg",
        "mbar(g)", "pH", "PH", "dB", "dBm", "c", "c/s", "M", "U", "u", "v", "hd", "kt", "mev", "MEV", "mhz", "MM",
        "Mm", "KG", "MBAR", "W/m K", "J/kg*K", "%RH", "wt%", "0.1%BW", "10^6/s", "5 mm", "1000 mm", "In", "CD", "FS",
        "furlongs per fortnite", "mm mm)", "(mm", "m**2.5", "m^^2", "m//s", "m(s)", "^2", "\0", "__import__('os')",
        "m" * 65, "nV/√Hz", "constructor",
    ],
)  # fmt: skip
def test_unit_that_is_not_understood_is_left_alone(unit: str) -> None:
    with pytest.raises(UnknownUnitError, match="unknown unit"):
        parsed_unit(unit)


@pytest.mark.parametrize(
    "unit", ["9**9**9**9", "m**9**9**9", "m**(9**9**9)", "m^99^99^99", "1/9**9**9**9", "1e99999999"]
)
def test_endless_computation_is_refused(unit: str) -> None:
    with pytest.raises(UnknownUnitError):
        parsed_unit(unit)


def test_every_listed_spelling_is_a_unit() -> None:
    assert len(known_spellings()) > 400
    for text in known_spellings():
        assert parsed_unit(text) is not None


PARTS = st.sampled_from(
    ["m", "mm", "eV", "1", "9", "99", "2", "**", "*", "/", "^", "(", ")", "-", " ", ".", "e", "%", "°"]
)


@settings(max_examples=1500, deadline=2000)
@given(st.lists(PARTS, max_size=20).map("".join) | st.text(max_size=20))
def test_any_text_is_a_unit_or_named_unknown(text: str) -> None:
    try:
        assert isinstance(parsed_unit(text), unit_registry().Unit)
    except UnknownUnitError:
        return


@pytest.mark.usefixtures("facility")
def test_facility_adds_its_own_units() -> None:
    before = vocabulary_version()
    define_units("# ours\ngap_turn = 0.25 mm = gt\n\nkilohit = 1000 cts\nbunch = []\n")

    quarter = unit_registry().Quantity(4, parsed_unit("gt"))
    assert quarter.to("millimeter").magnitude == pytest.approx(1)
    assert unit_registry().Quantity(1, parsed_unit("kilohit/s")).to("count / second").magnitude == 1000
    assert "bunch" in str(parsed_unit("bunch/s"))
    assert vocabulary_version() != before


@pytest.mark.usefixtures("facility")
def test_same_definition_twice_changes_nothing() -> None:
    define_units("gap_turn = 0.25 mm")
    before = vocabulary_version()
    define_units("gap_turn = 0.25 mm")
    assert vocabulary_version() == before


@pytest.mark.usefixtures("facility")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\ngap_turn", "line 2: write 'name = factor unit'"),
        ("gap = 3 bananas", "line 1: unknown unit 'bananas'"),
        ("mm = 3 m", "line 1: the unit 'mm' is already defined"),
        ("gap = 2 m = eV", "line 1: the unit 'eV' is already defined"),
        ("gap = -1 m", "line 1: '-1 m' is not a factor"),
        ("9x = 2 m", "line 1: write 'name"),
    ],
)
def test_definition_that_is_not_understood_is_refused(text: str, message: str) -> None:
    with pytest.raises(UnitDefinitionError, match=message):
        define_units(text)
