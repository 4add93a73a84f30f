"""Jobs: what is asked of other systems for datasets, by the types that the facility's job configuration has."""
