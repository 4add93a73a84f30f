"""Datablocks: the files of datasets, as they lie in the archive."""
