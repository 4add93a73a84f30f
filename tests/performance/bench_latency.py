"""Scan end to the open page: three beamlines at one scan a second each, and a page of the scan log that is looked at.

The end is when the instrument's code leaves the scan; visible is when the row on the page says that it has finished, taken by
an observer inside the page on the same machine's clock. Prints p50, p95 and p99; the limit is p95 ≤ 1 s.
"""
