"""Datasets as a facility has them, the same ones at every call, to put straight into SciCat's ``Dataset`` collection.

About 6 KB of BSON each with 40 metadata entries. Beamlines follow a real facility's distribution, and a dataset's
content follows from its number alone: the first 50,000 of a million are the same as 50,000. Independent of Beamlore, so
that a peer is given the same documents.
"""

import random
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

BEAMLINES = {
    "CoSAXS": 77_965,
    "HIPPIE": 53_352,
    "ForMAX": 46_255,
    "BioMAX": 30_130,
    "FlexPES": 21_413,
    "MAXPEEM": 12_289,
    "Balder": 7_178,
    "NanoMAX": 4_066,
    "SPECIES": 1_907,
    "Veritas": 1_301,
    "FinEstBeAMS": 971,
    "DanMAX": 328,
    "FemtoMAX": 14,
    "MicroMAX": 1,
}
"""Datasets of each beamline, of 257,170."""

PREFIX = "20.500.12345"
SCANS_OF_A_PROPOSAL = 250
"""On average: so a facility of 250 k has about a thousand proposals, and as many groups of readers."""

RARE = "praseodymium"
"""A word of one dataset in 2,000."""

COMMON = "calibration"
"""A word of one dataset in ten."""

TEMPERATURES = (80.0, 500.0)
"""Smallest and largest ``temperature``, in K; even between them."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NAMES = list(BEAMLINES)
_UPTO = list(accumulate(BEAMLINES.values()))
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_SPACING = timedelta(minutes=3)
_SUBJECTS = _words(
    "lysozyme insulin ferritin perovskite zeolite graphene cellulose collagen haematite magnetite copper platinum "
    "palladium cerium titania silica water ethanol ionic polymer membrane catalyst electrode battery alloy steel"
)
_METHODS = _words(
    "SAXS WAXS XANES EXAFS XPS RIXS tomography diffraction ptychography imaging spectroscopy reflectivity"
)
_ADJECTIVES = _words("fresh annealed cooled heated strained hydrated dry doped oxidised reduced reference aged")
_PEOPLE = [
    f"{first} {last}"
    for first in _words("Ada Bo Cilla Dag Eva Finn")
    for last in _words("Lindgren Holm Berg Ek Sand Frost Dahl Lund")
]
_KEYWORDS = (*_METHODS, "in-situ", "operando", "commissioning", "user", "test")
# Key, unit, name of the unit in SI, factor to SI.
_QUANTITIES = (
    ("temperature", "K", "K", 1.0),
    ("pressure", "mbar", "kg / m / s^2", 100.0),
    ("photon_energy", "eV", "kg * m^2 / s^2", 1.602176634e-19),
    ("exposure_time", "ms", "s", 1e-3),
    ("ring_current", "mA", "A", 1e-3),
)
_MOTORS = tuple(f"motor_{name}" for name in _words("x y z rx ry rz")) + tuple(f"axis_{n:02}" for n in range(1, 24))
_TEXTS = ("sample_name", "operator", "detector", "filter", "shutter", "script")


def datasets(count: int, begin: int = 0) -> Iterator[dict[str, Any]]:
    """Yield datasets with the numbers ``begin`` to ``count``, as SciCat's backend would have stored them."""
    for number in range(begin, count):
        yield dataset(number)


def dataset(number: int) -> dict[str, Any]:
    """Return the dataset of this number."""
    chance = random.Random(number)  # noqa: S311 - made to be the same every time
    beamline = _NAMES[bisect(_UPTO, chance.randrange(_UPTO[-1]))]
    proposal = proposal_of(beamline, number)
    begun = _BEGIN + number * _SPACING
    subject, method = chance.choice(_SUBJECTS), chance.choice(_METHODS)
    words = [chance.choice(_ADJECTIVES), subject, method, "scan", str(number)]
    if number % 10 == 3:
        words.append(COMMON)
    if number % 2_000 == 77:
        words.append(RARE)
    person = chance.choice(_PEOPLE)
    pid = f"{PREFIX}/{number:08}-{chance.getrandbits(48):012x}"
    return {
        "_id": pid,
        "pid": pid,
        "owner": person,
        "ownerEmail": f"{person.replace(' ', '.').lower()}@example.org",
        "orcidOfOwner": f"https://orcid.org/0000-0002-{number % 9000 + 1000}-{number % 7919:04}",
        "contactEmail": f"{beamline.lower()}@example.org",
        "principalInvestigators": [chance.choice(_PEOPLE)],
        "creationLocation": beamline,
        "instrumentIds": [beamline.lower()],
        "proposalIds": [proposal],
        "sampleIds": [f"{proposal}-{subject}"],
        "ownerGroup": proposal,
        "accessGroups": [f"{beamline.lower()}-staff"],
        "sharedWith": [],
        "isPublished": number % 50 == 0,
        "type": "derived" if number % 20 == 7 else "raw",
        "datasetName": " ".join(words),
        "description": f"{' '.join(words)}; {' '.join(chance.sample(_SUBJECTS, 6))} measured at {beamline}",
        "keywords": sorted({method, *chance.sample(_KEYWORDS, 2)}),
        "techniques": [],
        "relationships": [],
        "sourceFolder": f"/data/visitors/{beamline.lower()}/{proposal}/{begun:%Y%m%d%H}/raw",
        "sourceFolderHost": "storage.example.org",
        "size": chance.randrange(10**6, 10**11),
        "packedSize": 0,
        "numberOfFiles": chance.randrange(1, 200),
        "numberOfFilesArchived": 0,
        "creationTime": begun,
        "startTime": begun,
        "endTime": begun + timedelta(seconds=chance.randrange(1, 600)),
        "dataFormat": "NeXus HDF5",
        "validationStatus": "valid",
        "classification": "IN=medium,AV=low,CO=low",
        "version": "5.2.0",
        "scientificMetadata": metadata(number, chance),
        "datasetlifecycle": {
            "archivable": True,
            "retrievable": False,
            "publishable": False,
            "isOnCentralDisk": True,
            "archiveStatusMessage": "datasetCreated",
            "retrieveStatusMessage": "",
            "retrieveIntegrityCheck": False,
            "dateOfDiskPurging": begun + timedelta(days=365),
            "archiveRetentionTime": begun + timedelta(days=3650),
            "dateOfPublishing": begun + timedelta(days=1095),
        },
        "createdBy": "ingestor",
        "updatedBy": "ingestor",
        "createdAt": begun,
        "updatedAt": begun,
    }


def proposal_of(beamline: str, number: int) -> str:
    """Return the proposal a beamline's dataset belongs to: each beamline works through its own, one after the other."""
    share = BEAMLINES[beamline] / _UPTO[-1]
    return f"{beamline.lower()}-{int(number * share) // SCANS_OF_A_PROPOSAL:05}"


def metadata(number: int, chance: random.Random) -> dict[str, Any]:
    """Return 40 entries: 34 numbers with units and SI values, as SciCat's backend adds them, and 6 texts."""
    found: dict[str, Any] = {}
    for key, unit, si, factor in _QUANTITIES:
        value = round(chance.uniform(*TEMPERATURES), 3) if key == "temperature" else round(chance.uniform(1, 9000), 4)
        found[key] = _entry(key, value, unit, value * factor, si)
    for key in _MOTORS:
        value = round(chance.uniform(-100, 100), 4)
        found[key] = _entry(key, value, "mm", value * 1e-3, "m")
    for key in _TEXTS:
        found[key] = {"value": f"{chance.choice(_SUBJECTS)} {number % 1000}", "unit": "", "human_name": _human(key)}
    return found


def _entry(key: str, value: float, unit: str, si: float, si_unit: str) -> dict[str, Any]:
    return {
        "value": value,
        "unit": unit,
        "valueSI": si,
        "unitSI": si_unit,
        "human_name": _human(key),
        "source": f"dia/{key}",
    }


@cache
def _human(key: str) -> str:
    return key.replace("_", " ").capitalize()
