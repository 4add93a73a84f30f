"""What is derived of one dataset: its access signature, its search document, what it counts for."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias

import bson

from beamlore.catalogue.access import ACCESS_FIELDS
from beamlore.catalogue.database import Document
from beamlore.catalogue.derived.terms import metadata_terms, word_term
from beamlore.catalogue.derived.words import words_of
from beamlore.catalogue.names import names
from beamlore.contract import vocabulary_version

RULES = 3
"""Counted up when what is derived changes, or how it is built: everything is derived again then."""

Shape: TypeAlias = Literal["one", "list", "day"]
COUNTED: dict[str, Shape] = {
    **dict.fromkeys(
        names("type creationLocation ownerGroup instrumentGroup owner dataFormat validationStatus isPublished"), "one"
    ),
    **dict.fromkeys(
        names("accessGroups keywords proposalIds sampleIds instrumentIds principalInvestigators"), "list"
    ),
    "creationTime": "day",
}  # fmt: skip
"""The fields whose values are counted, and how: by value, by each member of a list, by day (UTC)."""

_PLAIN = names("startTime endTime createdAt updatedAt size numberOfFiles datasetName runNumber")
KEPT = tuple(dict.fromkeys((*ACCESS_FIELDS, *COUNTED, *_PLAIN)))
"""The fields a search document has as the dataset has them: what conditions and orders may speak of."""

WORDS_OF = names(
    "datasetName description comment owner principalInvestigators keywords proposalIds sampleIds instrumentIds "
    "creationLocation sourceFolder"
)
METADATA = "scientificMetadata"
PROJECTION = dict.fromkeys((*KEPT, *WORDS_OF, METADATA), 1)
EVERYTHING = "*"
"""Stands in a signature's place for all datasets together."""

PUBLIC = "public"
"""Stands in a signature's place for all published datasets together: everyone reads them."""

SUMS = (EVERYTHING, PUBLIC)

_KEYS_REMEMBERED = 65_536

ODD = "x"
"""Stands for a value that is not counted: a field with one is counted by the documents."""


class Deriver:
    """The rules, with the metadata keys that are declared searchable (``*`` stands for any characters)."""

    def __init__(self, searchable: tuple[str, ...]) -> None:
        self._searchable = searchable
        self._declared = _Declared(searchable)

    @property
    def version(self) -> str:
        """What changes when the rules do."""
        text = "\0".join((str(RULES), vocabulary_version(), *COUNTED, *KEPT, *WORDS_OF, *self._searchable))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def search_document(self, dataset: Mapping[str, Any]) -> Document:
        """Return the search document of a dataset that was read with ``PROJECTION``."""
        document = {name: dataset[name] for name in KEPT if name in dataset}
        return {
            "_id": dataset["_id"],
            **document,
            "s": signature_of(dataset),
            "t": sorted(self._terms(dataset)),
        }

    def is_searchable(self, key: str) -> bool:
        """Return whether values of a metadata key can be searched by."""
        return self._declared[key]

    def words(self, dataset: Mapping[str, Any]) -> set[str]:
        """Return the words a dataset is found by: of its descriptive fields and of its metadata values."""
        texts = [text for name in WORDS_OF for text in _texts(dataset.get(name))]
        for entry in _entries(dataset).values():
            value = entry.get("value", entry.get("v")) if isinstance(entry, dict) else entry
            if isinstance(value, str):
                texts.append(value)
            elif isinstance(value, list):
                texts += _texts(value)
        return set(words_of("\n".join(texts)))

    def _terms(self, dataset: Mapping[str, Any]) -> set[str]:
        declared = self._declared
        terms = {word_term(word) for word in self.words(dataset)}
        for key, entry in _entries(dataset).items():
            if declared[key]:
                terms.update(metadata_terms(key, entry))
        return terms


class _Declared(dict[str, bool]):
    """Which keys are declared searchable, each looked at once."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        super().__init__()
        self._patterns = patterns

    def __missing__(self, key: str) -> bool:
        found = any(fnmatchcase(key, pattern) for pattern in self._patterns)
        if len(self) < _KEYS_REMEMBERED:
            self[key] = found
        return found


def access_of(dataset: Mapping[str, Any]) -> Document:
    """Return the access fields of a dataset's signature."""
    return {name: dataset[name] for name in ACCESS_FIELDS if name in dataset}


def signature_of(dataset: Mapping[str, Any]) -> str:
    """Return the access signature of a dataset: the same for datasets of the same readers."""
    digest = hashlib.blake2b(bson.encode(access_of(dataset)), digest_size=15).digest()
    return base64.urlsafe_b64encode(digest).decode()


def sums_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which sums a search document, or a signature, is part of."""
    return SUMS if document.get("isPublished") is True else (EVERYTHING,)


def counted(document: Mapping[str, Any]) -> Counter[str]:
    """Return what a search document counts for: ``field:value``, each once however often a list holds it."""
    found: Counter[str] = Counter()
    for name, shape in COUNTED.items():
        value = document.get(name)
        if shape != "list":
            found[f"{name}:{_encoded(value, shape)}"] += 1
        elif isinstance(value, list):
            found.update({f"{name}:{_encoded(one, shape)}" for one in value})
        elif value is not None:
            found[f"{name}:{_encoded(value, shape)}"] += 1
    return found


def _encoded(value: object, shape: Shape) -> str:
    if value is None:
        return "0"
    if shape == "day":
        return f"d{value:%Y-%m-%d}" if isinstance(value, datetime) else ODD
    if isinstance(value, str):
        return f"s{value}"
    if isinstance(value, bool):
        return f"b{value:d}"
    return ODD


def decoded(text: str, shape: Shape) -> Any:
    """Return the value that a counted one stands for, as an answer shows it."""
    if shape == "day":
        year, month, day = (int(part) for part in text[1:].split("-")) if text != "0" else (None, None, None)
        return {"year": year, "month": month, "day": day}
    return {"0": None, "s": text[1:], "b": text[1:] == "1"}[text[0]]


def answer_order(text: str) -> tuple[int, str]:
    """Return what answers are ordered by, the largest first: MongoDB's order of null, text and flags."""
    return {"0": 0, "s": 1, "d": 1, "b": 2}[text[0]], text


def _entries(dataset: Mapping[str, Any]) -> dict[str, Any]:
    metadata = dataset.get(METADATA)
    return metadata if isinstance(metadata, dict) else {}


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
