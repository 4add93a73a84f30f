"""Who may do what with proposals.

Source: SciCat's ``PROPOSAL_GROUPS``, whose members see, create and change every proposal, and ``DELETE_GROUPS``.
"""

from beamlore.catalogue.access import AccessPolicy
from beamlore.catalogue.parts.rights import Grant, PartRights, may_delete_anything
from beamlore.catalogue.settings import Settings


def proposal_rights(policy: AccessPolicy, settings: Settings) -> PartRights:
    """Return the rule of ``/proposals``."""
    everything = Grant(anything=settings.proposal_groups)
    return PartRights(
        policy.unshared,
        create=everything,
        change=everything,
        delete=may_delete_anything(settings.delete_groups),
        read=everything,
    )


def proposal_attachment_rights(policy: AccessPolicy, settings: Settings) -> PartRights:
    """Return the rule of ``/proposals/{pid}/attachments``, on the proposal."""
    everything = Grant(anything=settings.proposal_groups)
    own = Grant(own=settings.proposal_groups)
    return PartRights(policy.unshared, create=everything, change=own, delete=own)
