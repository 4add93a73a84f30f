"""The fields of an OrigDatablock. Source: SciCat's OpenAPI, ``OrigDatablock`` and ``DataFile``."""

from beamlore.catalogue.filters.fields import Vocabulary, kinds_of

ORIG_DATABLOCKS = Vocabulary(
    noun="origdatablock",
    kinds=kinds_of(
        {
            "text": """
                _id datasetId chkAlg ownerGroup instrumentGroup createdBy updatedBy version dataFileList.path
                dataFileList.chk dataFileList.uid dataFileList.gid dataFileList.perm dataFileList.type
            """,
            "number": "size dataFileList.size",
            "date": "createdAt updatedAt dataFileList.time",
            "flag": "isPublished",
            "list": "accessGroups sharedWith dataFileList",
        }
    ),
    former={"id": "_id"},
    nested=("dataFileList",),
    relations=frozenset({"dataset"}),
)
