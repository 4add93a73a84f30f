"""Which changes SciCat's history keeps, and who may read it."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Listed, variable


def _strategy(value: object) -> object:
    """Everything but `delta` is `document`, as SciCat reads it."""
    return "delta" if isinstance(value, str) and value.strip().lower() == "delta" else "document"


Strategy: TypeAlias = Annotated[Literal["delta", "document"], BeforeValidator(_strategy)]


def _groups(name: str, what: str) -> Any:
    return variable(f"HISTORY_ACCESS_{name}_GROUPS", (), f"May read the history of all {what}.")


class HistorySettings(BaseSettings):
    """SciCat's history, beside which the audit is kept in any case."""

    trackables: Listed = variable(
        "TRACKABLES", (), "Collections whose changes are also kept in SciCat's `History`, such as `Dataset`."
    )
    trackable_strategy: Strategy = variable(
        "TRACKABLE_STRATEGY", "document", "What it keeps: the whole `document` before and after, or the `delta`."
    )
    history_access_attachment_groups: Listed = _groups("ATTACHMENT", "attachments")
    history_access_datablock_groups: Listed = _groups("DATABLOCK", "datablocks")
    history_access_dataset_groups: Listed = _groups("DATASET", "datasets")
    history_access_instrument_groups: Listed = _groups("INSTRUMENT", "instruments")
    history_access_policies_groups: Listed = _groups("POLICIES", "policies")
    history_access_proposal_groups: Listed = _groups("PROPOSAL", "proposals")
    history_access_published_data_groups: Listed = _groups("PUBLISHED_DATA", "published data")
    history_access_sample_groups: Listed = _groups("SAMPLE", "samples")
