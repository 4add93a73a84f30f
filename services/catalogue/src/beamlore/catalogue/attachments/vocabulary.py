"""The fields of an attachment. Source: SciCat's OpenAPI, ``Attachment`` and ``AttachmentRelationshipClass``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

ATTACHMENTS = Vocabulary(
    noun="attachment",
    kinds=kinds_of(
        {
            "text": """
                _id aid thumbnail caption ownerGroup instrumentGroup createdBy updatedBy
                relationships.targetId relationships.targetType relationships.relationType
            """,
            "date": "createdAt updatedAt",
            "flag": "isPublished",
            "list": "accessGroups sharedWith relationships",
        }
    ),
    nested=("relationships",),
)
