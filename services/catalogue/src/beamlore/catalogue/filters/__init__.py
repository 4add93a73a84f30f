"""SciCat's filters: a caller's JSON is read into a closed grammar, and the query is built anew from that."""

from beamlore.catalogue.filters.build import to_mongo
from beamlore.catalogue.filters.errors import FilterError
from beamlore.catalogue.filters.facets import parse_facets
from beamlore.catalogue.filters.fields import Vocabulary, kinds_of
from beamlore.catalogue.filters.fullquery import parse_fullquery_fields
from beamlore.catalogue.filters.listing import OLDEST_FIRST, Listing, Scope, Style, parse_filter, parse_limits
from beamlore.catalogue.filters.where import parse_where

__all__ = [
    "OLDEST_FIRST",
    "FilterError",
    "Listing",
    "Scope",
    "Style",
    "Vocabulary",
    "kinds_of",
    "parse_facets",
    "parse_filter",
    "parse_fullquery_fields",
    "parse_limits",
    "parse_where",
    "to_mongo",
]
