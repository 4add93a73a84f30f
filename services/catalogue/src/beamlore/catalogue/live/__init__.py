"""Live: from a change in the database to the pages that show it."""
