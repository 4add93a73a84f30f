"""SciCat's history of changes, for the collections that TRACKABLES names."""
