"""Who may do what with samples.

Source: SciCat's ``SAMPLE_GROUPS`` (create samples of a group they are in, and change those of that group),
``SAMPLE_PRIVILEGED_GROUPS`` (create samples of any group) and ``DELETE_GROUPS``.
"""

from beamlore.catalogue.access import AccessPolicy
from beamlore.catalogue.parts.rights import Grant, PartRights, may_delete_anything
from beamlore.catalogue.settings import Settings


def sample_rights(policy: AccessPolicy, settings: Settings) -> PartRights:
    """Return the rule of ``/samples``."""
    return PartRights(
        policy.unshared,
        create=_adding(settings),
        change=Grant(own=_members(settings)),
        delete=may_delete_anything(settings.delete_groups),
    )


def sample_attachment_rights(policy: AccessPolicy, settings: Settings) -> PartRights:
    """Return the rule of ``/samples/{id}/attachments``, on the sample."""
    members = _members(settings)
    return PartRights(
        policy.unshared,
        create=_adding(settings),
        change=Grant(own=members),
        delete=Grant(anything=settings.delete_groups, own=members),
    )


def _adding(settings: Settings) -> Grant:
    return Grant(anything=settings.sample_privileged_groups, own=settings.sample_groups)


def _members(settings: Settings) -> tuple[str, ...]:
    return (*settings.sample_groups, *settings.sample_privileged_groups)
