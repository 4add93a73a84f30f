"""The changes of the catalogue's database, in order. How they are written: docs/explanation/decisions/0070."""

from beamlore.catalogue.migrations.m0001_indexes import INDEXES

MIGRATIONS = (INDEXES,)
