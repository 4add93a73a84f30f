"""Exports of any query of datasets as files, streamed."""
