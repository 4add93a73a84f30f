"""SI units as SciCat's clients know them."""

import pytest

from beamlore.catalogue.quantities import compatible_units, si_unit


@pytest.mark.parametrize(
    ("unit", "value", "expected", "name"),
    [
        ("mm", 2, 0.002, "m"),
        ("keV", 1, 1.602176634e-16, "(kg m^2) / s^2"),
        ("degC", 0, 273.15, "K"),
        ("celsius", 20, 293.15, "K"),
        ("Å", 1, 1e-10, "m"),
        ("1/angstrom", 1, 1e10, "m^-1"),
        ("mA", 5, 0.005, "A"),
        ("Hz", 3, 3, "s^-1"),
        ("m/s", 3, 3, "m / s"),
    ],
)
def test_quantities_in_si(unit: str, value: float, expected: float, name: str) -> None:
    known = si_unit(unit)
    assert known is not None
    assert known.convert(value) == pytest.approx(expected)
    assert known.name == name


@pytest.mark.parametrize("unit", ["%", "ppm", "counts", "Ohm", "gauss", "C°"])
def test_units_scicat_does_not_understand_are_understood(unit: str) -> None:
    assert si_unit(unit) is not None


def test_an_unknown_unit_is_said_to_be_unknown() -> None:
    assert si_unit("bananas") is None
    assert compatible_units("nonsense unit") == {}


@pytest.mark.parametrize(
    ("unit", "value", "expected", "name"),
    [
        ("degF", 212, 373.15, "K"),
        ("%", 5, 0.05, "1"),
        ("ppm", 1, 1e-6, "1"),
        ("cts/s", 7, 7, "count / s"),
        ("G", 1, 1e-4, "kg / (s^2 A)"),
    ],
)
def test_units_of_the_field_in_si(unit: str, value: float, expected: float, name: str) -> None:
    known = si_unit(unit)
    assert known is not None
    assert (known.convert(value), known.name) == (pytest.approx(expected), name)


def test_what_is_counted_is_a_quantity_of_its_own() -> None:
    names = {known.name for unit in ("cts", "ph", "px", "%", "frame") if (known := si_unit(unit))}
    assert len(names) == 5


def test_units_of_one_quantity_are_found() -> None:
    spellings = {one for others in compatible_units("K").values() for one in others}
    assert {"K", "degC", "celsius"} <= spellings
    assert "mm" not in spellings
