"""Who may see and change what: one rule, written once as a predicate and once as a test of a document."""

from beamlore.catalogue.access.policy import ACCESS_FIELDS, AccessPolicy

__all__ = ["ACCESS_FIELDS", "AccessPolicy"]
