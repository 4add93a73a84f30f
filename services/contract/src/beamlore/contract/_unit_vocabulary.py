"""The units a facility means, and how people write them: the closed list that texts are read by.

Sources: the SI brochure (9th edition, tables 2–8) for units, prefixes and those accepted beside them; CODATA by way of
pint for values of constants; the headers of SPEC, NeXus and detector files for the field's own units and spellings.
"""

from dataclasses import dataclass

SYMBOL_PREFIXES = {
    "f": "femto", "p": "pico", "n": "nano", "μ": "micro", "u": "micro", "m": "milli", "c": "centi", "d": "deci",
    "h": "hecto", "k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta",
}  # fmt: skip
"""SI prefixes by symbol; ``u`` is how the micro sign is typed."""

_SMALL = "fpnμum"
_USUAL = "pnμumk"
_WIDE = "fpnμumkMGT"
_LARGE = "kMG"


@dataclass(frozen=True)
class VocabularyUnit:
    """A unit that texts may name.

    Attributes:
        group: the heading in the reference.
        name: as pint's registry names it.
        symbols: short spellings; case counts.
        words: long spellings; case does not count, and an English plural is understood.
        prefixes: letters of the SI prefixes that the symbols and words take.
    """

    group: str
    name: str
    symbols: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    prefixes: str = ""


def _unit(group: str, name: str, symbols: str = "", words: str = "", prefixes: str = "") -> VocabularyUnit:
    return VocabularyUnit(group, name, tuple(symbols.split()), tuple(words.split()), prefixes)


DEFINITIONS = (
    "photon = []",
    "frame = []",
    "step = []",
    "pulse = []",
    "shot = []",
    "event = []",
    "electron = []",
    "adu = []",
    "detector_pixel = []",
    "rlu = []",
    "standard_cubic_centimeter_per_minute = []",
    "standard_liter_per_minute = 1000 * standard_cubic_centimeter_per_minute",
    "part_per_thousand = 1e-3",
    "part_per_billion = 1e-9",
    # As magnets are read: a field in SI, not the square root of a pressure that it is in the CGS system.
    "gauss_in_si = 1e-4 * tesla",
    "oersted_in_si = 79.57747154594767 * ampere / meter",
    "emu_in_si = 1e-3 * ampere * meter ** 2",
)
"""What pint's registry lacks, or has in another sense."""

VOCABULARY = (
    _unit("Length", "meter", "m", "meter metre", "fpnμumck"),
    _unit("Length", "angstrom", "Å Ang Angs Angstr", "angstrom angstroem ångström ångstrom"),
    _unit("Length", "micrometer", "", "micron"),
    _unit("Length", "inch", "in", "inch inches"),
    _unit("Time", "second", "s", "second", "fpnμumk"),
    _unit("Time", "second", "sec secs"),
    _unit("Time", "millisecond", "msec msecs"),
    _unit("Time", "microsecond", "usec usecs μsec"),
    _unit("Time", "nanosecond", "nsec nsecs"),
    _unit("Time", "picosecond", "psec"),
    _unit("Time", "femtosecond", "fsec"),
    _unit("Time", "minute", "min mins", "minute"),
    _unit("Time", "hour", "h hr hrs", "hour"),
    _unit("Time", "day", "d", "day"),
    _unit("Frequency", "hertz", "Hz", "hertz", "mkMGT"),
    _unit("Frequency", "revolutions_per_minute", "rpm"),
    _unit("Angle", "degree", "deg °", "degree", "m"),
    _unit("Angle", "radian", "rad rads", "radian", "nμum"),
    _unit("Angle", "arcminute", "arcmin", "arcminute"),
    _unit("Angle", "arcsecond", "arcsec", "arcsecond"),
    _unit("Angle", "steradian", "sr", "steradian", "μum"),
    _unit("Energy and power", "electron_volt", "eV", "electronvolt electron-volt", "mkMGT"),
    _unit("Energy and power", "joule", "J", "joule", _WIDE),
    _unit("Energy and power", "calorie", "cal", "calorie", "k"),
    _unit("Energy and power", "rydberg", "Ry", "rydberg"),
    _unit("Energy and power", "hartree", "Ha", "hartree"),
    _unit("Energy and power", "watt", "W", "watt", _WIDE),
    _unit("Energy and power", "watt_hour", "Wh", "", "kM"),
    _unit("Temperature", "kelvin", "K", "kelvin", "nμumk"),
    _unit("Temperature", "kelvin", "degK"),
    _unit("Temperature", "degree_Celsius", "degC °C C° ℃ oC", "celsius centigrade"),
    _unit("Temperature", "degree_Fahrenheit", "degF °F F° ℉", "fahrenheit"),
    _unit("Temperature", "delta_degree_Celsius", "Δ°C"),
    _unit("Temperature", "delta_degree_Fahrenheit", "Δ°F"),
    _unit("Electricity", "ampere", "A", "ampere amp", "fpnμumk"),
    _unit("Electricity", "volt", "V", "volt", "nμumkM"),
    _unit("Electricity", "ohm", "Ω Ohm Ohms", "ohm", "μumkMG"),
    _unit("Electricity", "siemens", "S", "siemens", "nμum"),
    _unit("Electricity", "coulomb", "C", "coulomb", "fpnμum"),
    _unit("Electricity", "farad", "F", "farad", "fpnμum"),
    _unit("Electricity", "henry", "H", "henry", "nμum"),
    _unit("Electricity", "ampere_hour", "Ah", "", "m"),
    _unit("Magnetism", "tesla", "T", "tesla", "nμum"),
    _unit("Magnetism", "gauss_in_si", "G Gs", "gauss", "mk"),
    _unit("Magnetism", "oersted_in_si", "Oe", "oersted", "k"),
    _unit("Magnetism", "weber", "Wb", "weber", "m"),
    _unit("Magnetism", "emu_in_si", "emu"),
    _unit("Magnetism", "bohr_magneton", "μ_B mu_B"),
    _unit("Pressure", "pascal", "Pa", "pascal", "nμumhkMG"),
    _unit("Pressure", "bar", "bar bara bar(a)", "", "pnμumk"),
    _unit("Pressure", "torr", "Torr torr", "", "nμum"),
    _unit("Pressure", "standard_atmosphere", "atm", "atmosphere"),
    _unit("Pressure", "millimeter_Hg", "mmHg"),
    _unit("Pressure", "centimeter_H2O", "cmH2O"),
    _unit("Pressure", "pound_force_per_square_inch", "psi"),
    _unit("Force and mass", "newton", "N", "newton", "nμumkM"),
    _unit("Force and mass", "newton * meter", "Nm"),
    _unit("Force and mass", "gram", "g", "gram gramme", "pnμumk"),
    _unit("Force and mass", "metric_ton", "t", "tonne"),
    _unit("Force and mass", "dalton", "Da", "dalton", "kM"),
    _unit("Amount, volume and flow", "mole", "mol", "mole", "pnμumk"),
    _unit("Amount, volume and flow", "liter", "l L", "liter litre", "nμumd"),
    _unit("Amount, volume and flow", "standard_cubic_centimeter_per_minute", "sccm"),
    _unit("Amount, volume and flow", "standard_liter_per_minute", "slm slpm"),
    # Molar without a prefix is left out: M alone is as often a monitor, a million or a magnitude.
    _unit("Amount, volume and flow", "millimolar", "mM"),
    _unit("Amount, volume and flow", "micromolar", "uM μM"),
    _unit("Amount, volume and flow", "nanomolar", "nM"),
    _unit("Amount, volume and flow", "picomolar", "pM"),
    _unit("Counting", "count", "cts ct cnt cnts count", "count", "kM"),
    _unit("Counting", "count / second", "cps", "", "kM"),
    _unit("Counting", "photon", "ph phot", "photon"),
    _unit("Counting", "electron", "e- e⁻", "electron"),
    _unit("Counting", "frame", "frm", "frame"),
    _unit("Counting", "frame / second", "fps"),
    _unit("Counting", "detector_pixel", "px pix", "pixel"),
    _unit("Counting", "step", "stp", "step"),
    _unit("Counting", "pulse", "", "pulse"),
    _unit("Counting", "shot", "", "shot"),
    _unit("Counting", "event", "", "event"),
    _unit("Counting", "adu", "ADU"),
    _unit("Counting", "rlu", "r.l.u. r.l.u rlu"),
    _unit("Ratios", "percent", "% pct", "percent"),
    _unit("Ratios", "part_per_thousand", "‰", "permille"),
    _unit("Ratios", "ppm", "ppm"),
    _unit("Ratios", "part_per_billion", "ppb"),
    _unit("Light and radiation", "candela", "cd", "candela", "m"),
    _unit("Light and radiation", "lumen", "lm", "lumen"),
    _unit("Light and radiation", "lux", "lx", "lux"),
    _unit("Light and radiation", "barn", "", "barn", "μumk"),
    _unit("Light and radiation", "becquerel", "Bq", "becquerel", "kMGT"),
    _unit("Light and radiation", "gray", "Gy", "gray", "nμumkM"),
    _unit("Light and radiation", "sievert", "Sv", "sievert", "nμum"),
    _unit("Data", "byte", "B", "byte", "kMGTP"),
    _unit("Data", "kibibyte", "KiB"),
    _unit("Data", "mebibyte", "MiB"),
    _unit("Data", "gibibyte", "GiB"),
    _unit("Data", "tebibyte", "TiB"),
    _unit("Data", "bit", "bit", "bit", "kMG"),
    _unit("Data", "bit / second", "bps", "", "kMG"),
)
"""Every unit there is; a later row with the same spelling would be an error."""

PHRASES = {
    "deg C": "degC", "deg. C": "degC", "deg.C": "degC", "° C": "degC", "degree C": "degC", "degrees C": "degC",
    "degree celsius": "degC", "degrees celsius": "degC", "deg F": "degF", "° F": "degF", "deg K": "K", "degrees K": "K",
    "rel. l. u.": "rlu", "A^-1": "1/Å", "A**-1": "1/Å", "A-1": "1/Å", "1/A": "1/Å", "/A": "1/Å",
}  # fmt: skip
"""Texts that mean a unit as a whole. The inverse ampere is the scattering vector's unit, typed without an Å."""

LEFT_ALONE = {
    "N/A": "not applicable, not newton per ampere",
    "n/a": "not applicable",
    "NA": "not applicable; so is na",
    "na": "not applicable",
    "a.u.": "arbitrary or atomic units",
    "A.U.": "arbitrary or atomic units",
    "arb": "arbitrary units",
    "arb. units": "arbitrary units",
    "bar(g)": "a gauge pressure; so are barg and mbar(g)",
    "pH": "a logarithm, not picohenry",
    "PH": "pH, or photons",
    "dB": "a logarithm; so is dBm",
    "c": "counts, or the speed of light",
    "c/s": "counts per second, or the speed of light",
    "M": "molar, a million, or a monitor; mM, µM and nM are molar",
    "u": "the unified atomic mass unit, or a typed µ",
    "wt%": "a fraction of one quantity; so are at%, mol%, vol%, %RH",
    "mev": "meV or MeV",
    "mhz": "mHz or MHz",
    "MM": "mm or Mm",
    "W/m K": "W/(m K) or (W/m) K: write the parentheses",
}
"""Examples of what is left alone, with why."""
