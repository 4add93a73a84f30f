"""The changes of the ingestor's database, in order. How they are written: docs/explanation/decisions/0070."""

from beamlore.ingestor.migrations.m0001_indexes import INDEXES

MIGRATIONS = (INDEXES,)
