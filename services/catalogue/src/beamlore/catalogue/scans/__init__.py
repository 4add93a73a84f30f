"""The scan log: what was measured, newest first, as people see it."""
