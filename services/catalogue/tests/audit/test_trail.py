"""A change and what the audit tells of it stand together, or not at all."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from beamlore.catalogue.access import EVERYTHING
from beamlore.catalogue.audit.trail import AuditTrail
from beamlore.catalogue.database import Store, Transactions
from beamlore.core import ConflictError, DurableWriter, Principal

ADA = Principal(subject="u-1", username="ada", groups=frozenset({"p1"}))


class _Open:
    """Rights to everything: what is tested here is what is written, not who may."""

    def readable(self, principal: Principal) -> dict[str, Any]:
        return EVERYTHING

    writable = deletable = readable


class Audited:
    """A database whose writes are audited."""

    def __init__(self, client: AsyncMongoClient[dict[str, Any]], name: str) -> None:
        self.database = client[name]
        self._transactions = Transactions(client, DurableWriter(client), (AuditTrail(self.database),))

    def store(self, collection: str) -> Store:
        return Store(self.database[collection], _Open(), 10, self._transactions)

    async def entries(self) -> list[dict[str, Any]]:
        return await self.database["beamlore_audit"].find({}, sort=[("_id", 1)]).to_list()


@pytest.fixture
async def audited(mongo_database: Any) -> AsyncIterator[Audited]:
    async with AsyncMongoClient(mongo_database.url, tz_aware=True) as client:
        yield Audited(client, mongo_database.name)


async def test_change_is_told_with_who_and_before_and_after(audited: Audited) -> None:
    store = audited.store("Sample")
    await store.create(
        ADA, {"_id": "s", "ownerGroup": "p1", "characteristics": {"colour": "red", "mass": 1}, "createdBy": "ada"}
    )
    await store.change(ADA, {"_id": "s"}, {"$set": {"characteristics.colour": "blue", "note": "n"}})
    created, changed = await audited.entries()
    assert created["operation"] == "create"
    assert "changes" not in created
    assert (changed["username"], changed["subject"], changed["operation"]) == ("ada", "u-1", "change")
    assert (changed["collection"], changed["document"], changed["ownerGroup"]) == ("Sample", "s", "p1")
    assert changed["changes"] == [
        {"path": ["characteristics", "colour"], "before": "red", "after": "blue"},
        {"path": ["note"], "after": "n"},
    ]


async def test_document_that_tells_of_its_creation_needs_no_entry(audited: Audited) -> None:
    document = {"_id": "s", "createdBy": "ada", "createdAt": 1, "updatedAt": 1}
    await audited.store("Sample").create(ADA, document)
    assert await audited.entries() == []


async def test_change_that_changes_nothing_leaves_no_entry(audited: Audited) -> None:
    store = audited.store("Sample")
    await store.create(ADA, {"_id": "s", "createdBy": "ada", "createdAt": 1})
    await store.change(ADA, {"_id": "s"}, {"$currentDate": {"updatedAt": True}})
    assert await audited.entries() == []


async def test_deletion_keeps_the_whole_document(audited: Audited) -> None:
    store = audited.store("Sample")
    document = {"_id": "s", "createdBy": "ada", "createdAt": 1, "a.b": {"$c": [1, {"d": 2}]}}
    await store.create(ADA, dict(document))
    await store.delete(ADA, {"_id": "s"})
    (entry,) = await audited.entries()
    assert (entry["operation"], entry["before"]) == ("delete", document)


async def test_failed_write_leaves_no_entry(audited: Audited) -> None:
    store = audited.store("Sample")
    await store.create(ADA, {"_id": "s"})
    with pytest.raises(ConflictError):
        await store.create(ADA, {"_id": "s"})
    assert len(await audited.entries()) == 1


async def test_large_document_is_kept_whole_in_parts(audited: Audited) -> None:
    store = audited.store("Attachment")
    thumbnail = "x" * (6 * 1024 * 1024)
    await store.create(ADA, {"_id": "a", "createdBy": "ada", "createdAt": 1, "thumbnail": thumbnail})
    await store.change(ADA, {"_id": "a"}, {"$set": {"thumbnail": thumbnail.replace("x", "y")}})
    (entry,) = await audited.entries()
    assert entry["parts"] == 2
    assert await audited.database["beamlore_audit_parts"].count_documents({"_id.entry": entry["_id"]}) == 2


async def test_password_never_reaches_the_audit(audited: Audited) -> None:
    """OWASP API3:2023; ASVS V8.3: the audit is read by more people than the accounts are."""
    store = audited.store("User")
    await store.create(ADA, {"_id": "u", "password": "$argon2id$one", "email": "a@b.c"})
    await store.change(ADA, {"_id": "u"}, {"$set": {"password": "$argon2id$two", "email": "d@b.c"}})
    await store.delete(ADA, {"_id": "u"})
    _, changed, deleted = await audited.entries()
    assert {"path": ["password"], "before": "(hidden)", "after": "(hidden)"} in changed["changes"]
    assert deleted["before"]["password"] == "(hidden)"
    assert "argon2id" not in repr([changed, deleted])
