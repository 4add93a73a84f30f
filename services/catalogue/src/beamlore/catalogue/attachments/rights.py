"""Who may see, add, change and take away attachments.

Source: SciCat's ``ATTACHMENT_GROUPS``, ``ATTACHMENT_PRIVILEGED_GROUPS`` (``/attachments``) and, below a dataset, the
groups that may create datasets.
"""

from beamlore.catalogue.access import AccessPolicy
from beamlore.catalogue.parts.rights import Grant, PartRights
from beamlore.catalogue.settings import Settings
from beamlore.core import Principal


def attachment_rights(policy: AccessPolicy, settings: Settings) -> PartRights:
    """Return the rule of ``/attachments``."""
    own = (*settings.attachment_groups, *settings.attachment_privileged_groups)
    return PartRights(
        policy,
        create=Grant(anything=settings.attachment_privileged_groups, own=settings.attachment_groups),
        change=Grant(own=own),
        delete=Grant(anything=settings.delete_groups, own=own),
    )


def dataset_attachment_rights(policy: AccessPolicy, settings: Settings) -> PartRights:
    """Return the rule of ``/datasets/{pid}/attachments``, on the dataset."""
    creating = (*settings.create_dataset_groups, *settings.create_dataset_with_pid_groups)
    own = (*creating, *settings.create_dataset_privileged_groups)
    return PartRights(
        policy,
        create=Grant(anything=settings.create_dataset_privileged_groups, own=creating),
        change=Grant(own=own),
        delete=Grant(anything=settings.delete_groups, own=own),
    )


class ThroughParent:
    """The rule for what hangs on something the caller was let at: that decided already."""

    def readable(self, principal: Principal) -> dict[str, object]:
        """Return the predicate of everything; the query names the parent."""
        return {}

    def writable(self, principal: Principal) -> dict[str, object]:
        """Return the predicate of everything; the query names the parent."""
        return {}

    def deletable(self, principal: Principal) -> dict[str, object]:
        """Return the predicate of everything; the query names the parent."""
        return {}
