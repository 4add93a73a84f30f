"""OrigDatablocks: the files of datasets, as they lie on disk."""
