"""Random people and documents. Every document carries a mark of its own, which gives it away wherever it is shown."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from tests.security.reference import NOBODY, User

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOUNS = (
    "Dataset",
    "OrigDatablock",
    "Datablock",
    "Attachment",
    "Proposal",
    "Sample",
    "Instrument",
    "Policy",
    "PublishedData",
    "Job",
)
_MARK = re.compile(r"mk\d+[A-Za-z]+\d+km")
_GROUPS = ("alpha", "beta", "gamma")
_ADDRESSES = ("one@facility.example", "two@facility.example")
_NAMES = ("ann", "ben", "cid")
_ABSENT = object()
_OF_EACH_NOUN = 5


@dataclass
class World:
    """Documents by noun; each has its mark under ``mark``, which is not stored under that name."""

    number: int
    documents: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def all(self) -> list[tuple[str, dict[str, Any]]]:
        """Return every document with its noun."""
        return [(noun, document) for noun, documents in self.documents.items() for document in documents]

    def with_id(self, noun: str, identifier: str) -> dict[str, Any]:
        """Return one document."""
        return next(one for one in self.documents[noun] if one["_id"] == identifier)


def marks_in(text: str) -> set[str]:
    """Return the marks that a text shows."""
    return set(_MARK.findall(text))


_ACCESS: dict[str, list[Any]] = {
    "ownerGroup": [*_GROUPS, "", None, _ABSENT],
    "accessGroups": [[], [], ["alpha"], ["beta", "gamma"], [""], None, _ABSENT],
    "instrumentGroup": ["", "gamma", None, _ABSENT, _ABSENT],
    "isPublished": [False, False, False, True, None, "true", 1, _ABSENT],
    "sharedWith": [[], [], [_ADDRESSES[0]], list(_ADDRESSES), [""], None, _ABSENT],
    "createdBy": [*_NAMES, ""],
    "status": ["private", "public", "registered", "amended"],
    "parent": list(range(_OF_EACH_NOUN)),
}


def people(chance: Random) -> list[User]:
    """Return nobody, somebody without any group, an administrator, and people with random groups and addresses."""
    drawn = [
        User(
            chance.choice(_NAMES),
            frozenset(chance.sample([*_GROUPS, ""], chance.randint(0, 3))),
            chance.choice(["", *_ADDRESSES]),
        )
        for _ in range(3)
    ]
    return [NOBODY, User("none"), User("root", admin=True), *drawn]


def build(number: int, chance: Random) -> World:
    """Return random documents; marks have the world's number, so that what is left of another one is recognised."""
    world = World(number)
    for noun in NOUNS:
        world.documents[noun] = []
        for place in range(_OF_EACH_NOUN):
            drawn = {name: chance.choice(choices) for name, choices in _ACCESS.items()}
            document = {"_id": f"t{number}{noun}{place}", "mark": f"mk{number}{noun}{place}km"}
            document |= {name: value for name, value in drawn.items() if value is not _ABSENT}
            world.documents[noun].append(document)
    return world


async def store(database: AsyncDatabase[dict[str, Any]], world: World) -> None:
    """Put a world in the place of what is stored."""
    for noun, documents in world.documents.items():
        await database[noun].delete_many({})
        await database[noun].insert_many([_stored(noun, document, world) for document in documents])
    await database["beamlore_scopes"].delete_many({})
    await database["beamlore_scopes"].insert_many([_scope(document) for document in world.documents["Dataset"]])


def _stored(noun: str, document: dict[str, Any], world: World) -> dict[str, Any]:
    mark, parent = document["mark"], f"t{world.number}Dataset{document['parent']}"
    stored = {name: value for name, value in document.items() if name not in ("mark", "parent")}
    stored |= {"createdAt": NOW, "updatedAt": NOW, "updatedBy": "x"}
    return stored | _CONTENT[noun](document["_id"], mark, parent)


def _file(mark: str) -> dict[str, Any]:
    return {"path": f"{mark}.h5", "size": 1, "time": NOW, "chk": "", "uid": "", "gid": "", "perm": ""}


_CONTENT: dict[str, Any] = {
    "Dataset": lambda key, mark, _: {
        "pid": key,
        "type": "raw",
        "datasetName": mark,
        "keywords": [mark],
        "scientificMetadata": {mark: {"value": mark}, "common": {"value": mark}},
        "proposalIds": [key.replace("Dataset", "Proposal")],
        "sampleIds": [key.replace("Dataset", "Sample")],
        "instrumentIds": [key.replace("Dataset", "Instrument")],
        "creationTime": NOW,
        "startTime": NOW,
        "sourceFolder": f"/{mark}",
        "contactEmail": "a@b.example",
        "datasetlifecycle": {"archivable": True, "archiveStatusMessage": mark},
    },
    "OrigDatablock": lambda key, mark, parent: {
        "datasetId": parent,
        "size": 1,
        "chkAlg": "sha1",
        "dataFileList": [_file(mark)],
    },
    "Datablock": lambda key, mark, parent: {
        "datasetId": parent,
        "archiveId": mark,
        "size": 1,
        "packedSize": 1,
        "version": "1",
        "chkAlg": "sha1",
        "dataFileList": [_file(mark)],
    },
    "Attachment": lambda key, mark, parent: {
        "aid": key,
        "datasetId": parent,
        "proposalId": parent.replace("Dataset", "Proposal"),
        "sampleId": parent.replace("Dataset", "Sample"),
        "caption": mark,
        "thumbnail": f"data:text/plain,{mark}",
        "relationships": [{"targetId": parent, "targetType": "dataset", "relationType": "is attached to"}],
    },
    "Proposal": lambda key, mark, _: {"proposalId": key, "title": mark, "type": "Default Proposal", "email": "a@b.c"},
    "Sample": lambda key, mark, _: {
        "sampleId": key,
        "owner": "x",
        "description": mark,
        "sampleCharacteristics": {mark: {"value": mark}},
    },
    "Instrument": lambda key, mark, _: {"pid": key, "name": mark, "uniqueName": mark},
    "Policy": lambda key, mark, _: {"manager": [mark], "tapeRedundancy": "low", "autoArchive": False},
    "PublishedData": lambda key, mark, _: {
        "doi": key,
        "title": mark,
        "abstract": mark,
        "datasetPids": [],
        "metadata": {},
    },
    "Job": lambda key, mark, _: {
        "id": key,
        "type": "archive",
        "statusCode": "new",
        "statusMessage": mark,
        "jobParams": {"note": mark},
        "configVersion": "1",
    },
}


def _scope(dataset: dict[str, Any]) -> dict[str, Any]:
    access = {
        name: dataset[name]
        for name in ("ownerGroup", "accessGroups", "instrumentGroup", "isPublished", "sharedWith")
        if name in dataset
    }
    mark = dataset["mark"]
    return {
        "_id": dataset["_id"],
        "keys": {mark: {"name": mark}},
        "proposalIds": [mark, dataset["_id"].replace("Dataset", "Proposal")],
        "instrumentIds": [mark],
    } | access
