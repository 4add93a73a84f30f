"""Random people and documents. Every document carries a mark of its own, which gives it away wherever it is shown."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
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


_access = st.fixed_dictionaries(
    {
        "ownerGroup": st.sampled_from([*_GROUPS, "", None, _ABSENT]),
        "accessGroups": st.sampled_from([[], [], ["alpha"], ["beta", "gamma"], [""], None, _ABSENT]),
        "instrumentGroup": st.sampled_from(["", "gamma", None, _ABSENT, _ABSENT]),
        "isPublished": st.sampled_from([False, False, False, True, None, "true", 1, _ABSENT]),
        "sharedWith": st.sampled_from([[], [], [_ADDRESSES[0]], list(_ADDRESSES), [""], None, _ABSENT]),
    }
)
_own = st.fixed_dictionaries(
    {
        "createdBy": st.sampled_from([*_NAMES, ""]),
        "status": st.sampled_from(["private", "public", "registered", "amended"]),
        "parent": st.integers(0, 5),
    }
)
_somebody = st.builds(
    User,
    username=st.sampled_from(_NAMES),
    groups=st.frozensets(st.sampled_from([*_GROUPS, ""]), max_size=3),
    email=st.sampled_from(["", *_ADDRESSES]),
    admin=st.just(False),
)
users = st.lists(_somebody, min_size=3, max_size=3).map(
    lambda people: [NOBODY, User("none"), User("root", admin=True), *people]
)
_drawn = st.lists(st.tuples(_access, _own), min_size=6, max_size=6)
drawings = st.fixed_dictionaries(dict.fromkeys(NOUNS, _drawn))


def build(number: int, drawing: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]) -> World:
    """Return the world of a drawing; marks have its number, so that what is left of another one is recognised."""
    world = World(number)
    for noun, drawn in drawing.items():
        world.documents[noun] = [
            {"_id": f"t{number}{noun}{place}", "mark": f"mk{number}{noun}{place}km"}
            | {name: value for name, value in access.items() if value is not _ABSENT}
            | own
            for place, (access, own) in enumerate(drawn)
        ]
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
        "proposalIds": [mark],
        "instrumentIds": [mark],
    } | access
