"""Who may do what, by group: SciCat's group variables."""

from pydantic import Field
from pydantic_settings import BaseSettings

from beamlore.catalogue.access import InstrumentGroupMay
from beamlore.catalogue.settings._scicat import Listed, variable


class GroupSettings(BaseSettings):
    """The groups of SciCat's access rules; `#all` stands for everyone who is logged in where that is said."""

    admin_groups: Listed = variable("ADMIN_GROUPS", (), "May see and do everything.")
    delete_groups: Listed = variable("DELETE_GROUPS", (), "May delete datasets, blocks, attachments, samples …")
    create_dataset_groups: Listed = variable(
        "CREATE_DATASET_GROUPS", ("#all",), "May create datasets of their own group, without choosing the PID."
    )
    create_dataset_with_pid_groups: Listed = variable(
        "CREATE_DATASET_WITH_PID_GROUPS", (), "May create datasets of their own group, and choose the PID."
    )
    create_dataset_privileged_groups: Listed = variable(
        "CREATE_DATASET_PRIVILEGED_GROUPS", (), "May create datasets of any group."
    )
    update_dataset_lifecycle_groups: Listed = variable(
        "UPDATE_DATASET_LIFECYCLE_GROUPS", (), "May see every dataset and change its lifecycle."
    )
    attachment_groups: Listed = variable("ATTACHMENT_GROUPS", ("#all",), "May attach to what their group owns.")
    attachment_privileged_groups: Listed = variable("ATTACHMENT_PRIVILEGED_GROUPS", (), "May attach to anything.")
    proposal_groups: Listed = variable("PROPOSAL_GROUPS", (), "May create and change proposals.")
    policy_groups: Listed = variable("POLICY_GROUPS", (), "May create and change policies.")
    sample_groups: Listed = variable("SAMPLE_GROUPS", ("#all",), "May create samples of their own group.")
    sample_privileged_groups: Listed = variable("SAMPLE_PRIVILEGED_GROUPS", (), "May create samples of any group.")
    create_job_privileged_groups: Listed = variable("CREATE_JOB_PRIVILEGED_GROUPS", (), "May create any job.")
    update_job_privileged_groups: Listed = variable("UPDATE_JOB_PRIVILEGED_GROUPS", (), "May change any job.")
    instrument_group_may: InstrumentGroupMay = Field(
        default="nothing",
        description="What the group in a document's `instrumentGroup` may do with it: `nothing`, as in SciCat, `see` "
        "or `change`. The chart sets `change`: the staff of a beamline see everything of it.",
    )
    delete_job_groups: Listed = variable("DELETE_JOB_GROUPS", (), "May delete jobs.")
