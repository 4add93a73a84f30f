"""Who may see, add, change and take away blocks of files.

Source: SciCat's ``CREATE_DATASET_*`` groups (add, change) and ``DELETE_GROUPS`` (take away, also for administrators).
"""

from beamlore.catalogue.access import AccessPolicy
from beamlore.catalogue.parts.rights import Grant, PartRights, may_delete_anything
from beamlore.catalogue.settings import Settings


def block_rights(policy: AccessPolicy, settings: Settings, *, deleters_read: bool = False) -> PartRights:
    """Return the rule; it is asked of the dataset, and of blocks by themselves.

    Args:
        policy: who may see, and who owns.
        settings: the groups.
        deleters_read: whether who may delete sees all, as with archived blocks.
    """
    creating = (*settings.create_dataset_groups, *settings.create_dataset_with_pid_groups)
    privileged = settings.create_dataset_privileged_groups
    return PartRights(
        policy,
        create=Grant(anything=privileged, own=creating),
        change=Grant(own=(*creating, *privileged)),
        delete=may_delete_anything(settings.delete_groups),
        read=Grant(anything=settings.delete_groups if deleters_read else (), administrators=False),
    )
