"""Every route that reads: what it may show, and how it is asked. A route that is missing here fails a test."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Probe:
    """How a route is asked, and the nouns whose documents its answer may show."""

    path: str
    shows: tuple[str, ...]
    all: bool = False
    """Whether it lists: then every document of the first noun that the user sees is to be found in its answer."""

    public: bool = False
    """Whether it only ever shows what everybody sees."""

    ids: str = ""
    """The noun whose identifiers its first path parameter takes."""

    through: bool = False
    """Whether it shows what hangs on that document to whoever sees the document."""

    own: bool = False
    """Whether who is logged in finds only what their own groups open there, as SciCat's search page wants it."""

    of_dataset: bool = False
    """Whether it shows a document only to who also sees the dataset it belongs to."""

    titles: bool = False
    """Whether it also says the titles of proposals: of those the user sees, and of those that own what it shows."""

    params: dict[str, str] = field(default_factory=dict)
    """Query parameters; ``{id}`` and ``{mark}`` stand for those of a document of ``ids``."""


_ALL = '{"limits": {"limit": 1000}}'
_INCLUDE = (
    '{"limits": {"limit": 1000}, "include": '
    '["proposals", "samples", "origdatablocks", "datablocks", "attachments", "instruments"]}'
)
_DATASET_WITH = ("Dataset", "Proposal", "Sample", "OrigDatablock", "Datablock", "Attachment", "Instrument")
_V3, _V4, _OWN = "/api/v3", "/api/v4", "/api/beamlore/v1"


def _list(path: str, *shows: str, public: bool = False, **params: str) -> Probe:
    return Probe(path, shows, all=True, public=public, params=params)


def _search(path: str, *shows: str, **params: str) -> Probe:
    return Probe(path, shows, all=True, own=True, params=params)


def _one(path: str, ids: str, *shows: str, public: bool = False, **params: str) -> Probe:
    return Probe(path, shows or (ids,), ids=ids, public=public, params=params)


def _some(path: str, *shows: str, public: bool = False, **params: str) -> Probe:
    return Probe(path, shows, public=public, params=params)


def _below(path: str, ids: str, *shows: str) -> Probe:
    return Probe(path, shows, ids=ids, through=True)


_DATASETS = [
    _list(f"{_V3}/datasets", *_DATASET_WITH, filter=_INCLUDE),
    _search(f"{_V3}/datasets/fullquery", "Dataset", limits='{"limit": 1000}'),
    _search(f"{_V3}/datasets/fullfacet", "Dataset", facets='["keywords"]', fields="{}"),
    _some(f"{_V3}/datasets/metadataKeys", "Dataset", limits='{"limit": 1000}'),
    _some(f"{_V3}/datasets/findOne", *_DATASET_WITH, filter=_INCLUDE),
    _some(f"{_V3}/datasets/count", filter="{}"),
    _one(f"{_V3}/datasets/{{pid}}", "Dataset", *_DATASET_WITH, filter=_INCLUDE),
    _one(f"{_V3}/datasets/{{pid}}/datasetlifecycle", "Dataset"),
    _below(f"{_V3}/datasets/{{pid}}/thumbnail", "Dataset", "Attachment"),
    _below(f"{_V3}/datasets/{{pid}}/attachments", "Dataset", "Attachment"),
    _below(f"{_V3}/datasets/{{pid}}/attachments/count", "Dataset"),
    _below(f"{_V3}/datasets/{{pid}}/origdatablocks", "Dataset", "OrigDatablock"),
    _below(f"{_V3}/datasets/{{pid}}/origdatablocks/count", "Dataset"),
    _below(f"{_V3}/datasets/{{pid}}/datablocks", "Dataset", "Datablock"),
    _below(f"{_V3}/datasets/{{pid}}/datablocks/count", "Dataset"),
    _one(f"{_V3}/datasets/{{pid}}/logbook", "Dataset", filters="{}"),
    _list(f"{_V4}/datasets", *_DATASET_WITH, filter=_INCLUDE),
    _search(f"{_V4}/datasets/fullfacet", "Dataset", filters='{"facets": ["keywords"], "fields": {}}'),
    _some(f"{_V4}/datasets/metadataKeys", "Dataset", limits='{"limit": 1000}'),
    _some(f"{_V4}/datasets/findOne", *_DATASET_WITH, filter=_INCLUDE),
    _some(f"{_V4}/datasets/count", filter="{}"),
    _one(f"{_V4}/datasets/{{pid}}", "Dataset", *_DATASET_WITH, include="all"),
    _one(f"{_V4}/datasets/{{pid}}/datasetlifecycle", "Dataset"),
    _one(f"{_V4}/datasets/{{pid}}/logbook", "Dataset", filters="{}"),
    _list(f"{_V4}/datasets/public", *_DATASET_WITH, public=True, filter=_INCLUDE),
    _list(f"{_V4}/datasets/public/fullfacet", "Dataset", public=True, filters='{"facets": ["keywords"], "fields": {}}'),
    _some(f"{_V4}/datasets/public/metadataKeys", "Dataset", public=True, limits='{"limit": 1000}'),
    _some(f"{_V4}/datasets/public/findOne", *_DATASET_WITH, public=True, filter=_INCLUDE),
    _some(f"{_V4}/datasets/public/count", public=True, filter="{}"),
    _one(f"{_V4}/datasets/public/{{pid}}", "Dataset", *_DATASET_WITH, public=True, include="all"),
    _some(f"{_V4}/metadatakeys", "Dataset", "Sample"),
]
_FILES = [
    _list(f"{_V3}/origdatablocks", "OrigDatablock", filter=_ALL),
    _list(f"{_V3}/origdatablocks/fullquery", "OrigDatablock", fields="{}", limits='{"limit": 1000}'),
    _list(f"{_V3}/origdatablocks/fullquery/files", "OrigDatablock", fields="{}", limits='{"limit": 1000}'),
    _some(f"{_V3}/origdatablocks/fullfacet", "OrigDatablock"),
    _some(f"{_V3}/origdatablocks/fullfacet/files", "OrigDatablock"),
    Probe(f"{_V3}/origdatablocks/{{id}}", ("OrigDatablock",), ids="OrigDatablock", of_dataset=True),
    _list(f"{_V4}/origdatablocks", "OrigDatablock", "Dataset", filter=_ALL),
    _list(f"{_V4}/origdatablocks/files", "OrigDatablock", "Dataset", filter=_ALL),
    _some(f"{_V4}/origdatablocks/files/count"),
    _some(f"{_V4}/origdatablocks/fullfacet", "OrigDatablock"),
    _some(f"{_V4}/origdatablocks/fullfacet/files", "OrigDatablock"),
    Probe(
        f"{_V4}/origdatablocks/{{id}}",
        ("OrigDatablock", "Dataset"),
        ids="OrigDatablock",
        of_dataset=True,
        params={"include": "dataset"},
    ),
    _list(f"{_V4}/origdatablocks/public", "OrigDatablock", public=True, filter=_ALL),
    _list(f"{_V4}/origdatablocks/public/files", "OrigDatablock", public=True, filter=_ALL),
    _some(f"{_V4}/origdatablocks/public/files/count", public=True),
    _some(f"{_V4}/origdatablocks/public/fullfacet", "OrigDatablock", public=True),
    _some(f"{_V4}/origdatablocks/public/fullfacet/files", "OrigDatablock", public=True),
    _one(f"{_V4}/origdatablocks/public/{{id}}", "OrigDatablock", public=True),
    _list(f"{_V3}/datablocks", "Datablock", filter=_ALL),
    _some(f"{_V3}/datablocks/count"),
    _one(f"{_V3}/datablocks/{{id}}", "Datablock"),
    _list(f"{_V4}/attachments", "Attachment", filter=_ALL),
    _list(f"{_V4}/attachments/public", "Attachment", public=True, filter=_ALL),
    _one(f"{_V4}/attachments/{{aid}}", "Attachment"),
]
_FACILITY = [
    _list(f"{_V3}/proposals", "Proposal", filters=_ALL),
    _list(f"{_V3}/proposals/fullquery", "Proposal", limits='{"limit": 1000}'),
    _some(f"{_V3}/proposals/fullfacet", "Proposal", facets='["title"]'),
    _some(f"{_V3}/proposals/count"),
    _one(f"{_V3}/proposals/{{pid}}", "Proposal"),
    _one(f"{_V3}/proposals/{{pid}}/authorization", "Proposal"),
    _below(f"{_V3}/proposals/{{pid}}/attachments", "Proposal", "Attachment"),
    _one(f"{_V3}/proposals/{{pid}}/datasets", "Proposal", "Dataset"),
    _list(f"{_V3}/samples", "Sample", filter=_ALL),
    _list(f"{_V3}/samples/fullquery", "Sample", fields="{}", limits='{"limit": 1000}'),
    _some(f"{_V3}/samples/count"),
    _some(f"{_V3}/samples/metadataKeys", "Sample", fields="{}"),
    _some(f"{_V3}/samples/findOne", "Sample", filter=_ALL),
    _one(f"{_V3}/samples/{{id}}", "Sample"),
    _one(f"{_V3}/samples/{{id}}/authorization", "Sample"),
    _below(f"{_V3}/samples/{{id}}/attachments", "Sample", "Attachment"),
    _below(f"{_V3}/samples/{{id}}/attachments/{{fk}}", "Sample", "Attachment"),
    _one(f"{_V3}/samples/{{id}}/datasets", "Sample", "Dataset"),
    _list(f"{_V3}/instruments", "Instrument", filter=_ALL),
    _some(f"{_V3}/instruments/count"),
    _some(f"{_V3}/instruments/findOne", "Instrument", filter=_ALL),
    _one(f"{_V3}/instruments/{{id}}", "Instrument"),
    _some(f"{_V3}/policies", "Policy", filter=_ALL),
    _some(f"{_V3}/policies/count"),
    _one(f"{_V3}/policies/{{id}}", "Policy"),
    _some(f"{_V3}/logbooks"),
    _some(f"{_V3}/logbooks/{{name}}", filters="{}"),
]
_REST = [
    _list(f"{_V3}/publisheddata", "PublishedData", filter=_ALL),
    _some(f"{_V3}/publisheddata/count"),
    _one(f"{_V3}/publisheddata/{{id}}", "PublishedData"),
    _one(f"{_V3}/publisheddata/formpopulate", "Dataset", "Dataset", "Proposal", "Attachment", pid="{id}"),
    _list(f"{_V4}/publisheddata", "PublishedData", filter=_ALL),
    _some(f"{_V4}/publisheddata/count"),
    _one(f"{_V4}/publisheddata/{{id}}", "PublishedData"),
    _one(f"{_V4}/publisheddata/formpopulate", "Dataset", "Dataset", "Proposal", "Attachment", pid="{id}"),
    _some(f"{_V3}/jobs", "Job", filter=_ALL),
    _some(f"{_V3}/jobs/fullquery", "Job", fields="{}", limits='{"limit": 1000}'),
    _some(f"{_V3}/jobs/fullfacet", "Job", fields="{}", facets='["type", "statusMessage"]'),
    _one(f"{_V3}/jobs/datasetDetails", "Job", "Job", "Dataset", jobId="{id}"),
    _one(f"{_V3}/jobs/{{id}}", "Job"),
    _some(f"{_V4}/jobs", "Job", "Dataset", filter=_ALL),
    _some(f"{_V4}/jobs/fullquery", "Job", "Dataset", filter=_ALL),
    _some(f"{_V4}/jobs/fullfacet", "Job", fields="{}", facets='["type", "statusMessage"]'),
    _some(f"{_V4}/jobs/datasetDetails", "Job", "Dataset", filter=_ALL),
    _one(f"{_V4}/jobs/{{id}}", "Job"),
    _some(f"{_V3}/history", filter='{"subsystem": "Dataset"}'),
    _some(f"{_V3}/history/count", filter='{"subsystem": "Dataset"}'),
    _some(f"{_V3}/history/collection/{{subsystem}}"),
]
_OURS = [
    _list(f"{_OWN}/datasets", "Dataset", limit="1000"),
    _one(f"{_OWN}/datasets/{{pid}}", "Dataset"),
    Probe(f"{_OWN}/datasets/{{pid}}/access", (), ids="Dataset"),
    _list(f"{_OWN}/datasets/export", "Dataset", format="csv"),
    _list(f"{_OWN}/parameters/values", "Dataset", key="common", limit="1000"),
    _some(f"{_OWN}/activity"),
    _list(f"{_OWN}/scans", "Dataset", limit="1000", columns="*"),
    _one(f"{_OWN}/scans/{{pid}}", "Dataset"),
    _list(f"{_OWN}/scans/parameters", "Dataset"),
    Probe(f"{_OWN}/scans/proposals", ("Dataset",), titles=True),
    _list(f"{_OWN}/scans/beamlines", "Dataset"),
    Probe(f"{_OWN}/jobs/{{id}}/actions", (), ids="Job"),
    _some(f"{_OWN}/audit"),
]

PROBES = {probe.path: probe for probe in (*_DATASETS, *_FILES, *_FACILITY, *_REST, *_OURS)}

SHOW_NO_DATA = {
    f"{_V3}/health": "how the service is",
    f"{_V3}/admin/config": "what the facility's web page is told at its start",
    f"{_V3}/admin/theme": "its colours",
    f"{_V3}/runtime-config/{{id}}": "the same, as it is edited",
    f"{_V4}/publisheddata/config": "the form of published data",
    f"{_V3}/opensearch/get-index": "that there is nothing to manage",
    f"{_V3}/auth/oidc": "sends the browser to the identity provider",
    f"{_V3}/auth/oidc/callback": "takes it back from there",
    f"{_V3}/auth/whoami": "the caller",
    f"{_V3}/users": "the caller, as SciCat's clients ask for it",
    f"{_V3}/users/my/self": "the caller",
    f"{_V3}/users/my/identity": "the caller",
    f"{_V3}/users/my/settings": "the caller's own",
    f"{_V3}/users/{{id}}": "tested with the users",
    f"{_V3}/users/{{id}}/userIdentity": "tested with the users",
    f"{_V3}/users/{{id}}/settings": "tested with the users",
    f"{_V3}/users/{{id}}/authorization/dataset/create": "a yes or no",
    f"{_V3}/useridentities/findOne": "tested with the users",
    f"{_V3}/useridentities/isValidEmail": "tested with the users",
    f"{_OWN}/me": "the caller",
    f"{_OWN}/durability": "how the database is",
    f"{_OWN}/tokens": "the caller's own, tested with the tokens",
    f"{_OWN}/events": "live events: each is checked by the same rule, tested with them",
    f"{_V3}/events/stream": "live events: each is checked by the same rule, tested with them",
    f"{_V3}/events/connections": "numbers of connections",
}
"""Routes that read and return nothing of the catalogue's documents, with what they return."""
