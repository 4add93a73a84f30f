"""The list of units in words, made from the vocabulary."""

from itertools import groupby

from beamlore.contract._unit_vocabulary import LEFT_ALONE, PHRASES, VOCABULARY, VocabularyUnit

_HEAD = """# Units

A unit is understood only where it is in this list. Every other text is kept and shown as it was sent: it is never
converted, and a search by that unit finds the entries that carry exactly the same text.

- Case counts for symbols (`mm`, `Mm`; `meV`, `MeV`), except where only one unit can be meant: `KeV`, `hz`, `TORR`.
  Milli and mega are never confused. Case does not count for long names, which may be in the plural.
- A prefix is understood where the table has it; `u` and both micro signs stand for µ.
- Units combine by `*`, `·` or a space, `/` or `per`, and powers of up to two digits: `mm^2`, `mm**2`, `mm2`, `mm²`,
  `m s-1`, `Å⁻¹`, `counts per second`. A product after a quotient needs parentheses: `W/(m K)`.
- Temperatures are converted with their offset; in a product such as `degC/min` they are differences.
- What is counted (counts, photons, frames, pixels, steps, pulses, shots, events) is a quantity of its own: a search in
  `counts` does not find `photons`.
"""
_FACILITY = """
## A facility's own units

`BEAMLORE_UNITS_FILE` names a file with one definition per line: a name, a factor and a known unit, and any other names.

```
gap_turn = 0.25 mm = gt      # of our undulators
bunch = []                   # counted, like counts
```

If a name is taken or a definition is not understood, the catalogue does not start and reports the line. After the file
changes, the search index is rebuilt automatically.
"""


def units_reference() -> str:
    """Return the reference of all units, in Markdown."""
    parts = [_HEAD]
    for group, units in groupby(VOCABULARY, key=lambda unit: unit.group):
        parts.append(f"\n## {group}\n\n| written | long names | prefixes | means |\n| --- | --- | --- | --- |\n")
        parts += [_row(unit) for unit in units]
    parts.append("\n## Written as a whole\n\n| written | is |\n| --- | --- |\n")
    parts += [f"| `{text}` | `{meaning}` |\n" for text, meaning in PHRASES.items()]
    parts.append("\n## Left alone\n\nFor example:\n\n| written | because it is |\n| --- | --- |\n")
    parts += [f"| `{text}` | {reason} |\n" for text, reason in LEFT_ALONE.items()]
    parts.append(_FACILITY)
    return "".join(parts)


def _row(unit: VocabularyUnit) -> str:
    symbols = " ".join(f"`{one}`" for one in unit.symbols)
    prefixes = " ".join(dict.fromkeys("µ" if one in "μu" else one for one in unit.prefixes))
    meaning = unit.name.replace("_in_si", "").replace("_", " ")
    return f"| {symbols or '–'} | {', '.join(unit.words) or '–'} | {prefixes or '–'} | {meaning} |\n"
