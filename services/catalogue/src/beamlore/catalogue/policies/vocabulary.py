"""The fields of a policy. Source: SciCat's OpenAPI, ``Policy``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

POLICIES = Vocabulary(
    noun="policy",
    kinds=kinds_of(
        {
            "text": "_id ownerGroup instrumentGroup tapeRedundancy createdBy updatedBy",
            "number": "autoArchiveDelay embargoPeriod",
            "date": "createdAt updatedAt",
            "flag": "isPublished autoArchive archiveEmailNotification retrieveEmailNotification",
            "list": "accessGroups manager archiveEmailsToBeNotified retrieveEmailsToBeNotified",
        }
    ),
    former={"id": "_id"},
)
