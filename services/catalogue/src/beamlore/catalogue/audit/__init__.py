"""The audit: who changed what, when, from what to what; kept outside the documents."""
