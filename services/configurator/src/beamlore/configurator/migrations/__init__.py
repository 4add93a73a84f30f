"""The changes of the configurator's database, in order. How they are written: docs/explanation/decisions/0070."""

from beamlore.configurator.migrations.m0001_indexes import INDEXES

MIGRATIONS = (INDEXES,)
