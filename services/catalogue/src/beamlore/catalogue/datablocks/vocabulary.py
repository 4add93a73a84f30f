"""The fields of a Datablock. Source: SciCat's OpenAPI, ``Datablock`` and ``DataFile``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

DATABLOCKS = Vocabulary(
    noun="datablock",
    kinds=kinds_of(
        {
            "text": """
                _id datasetId archiveId chkAlg version ownerGroup instrumentGroup createdBy updatedBy dataFileList.path
                dataFileList.chk dataFileList.uid dataFileList.gid dataFileList.perm dataFileList.type
            """,
            "number": "size packedSize dataFileList.size",
            "date": "createdAt updatedAt dataFileList.time",
            "flag": "isPublished",
            "list": "accessGroups sharedWith dataFileList",
        }
    ),
    former={"id": "_id"},
    nested=("dataFileList",),
)
