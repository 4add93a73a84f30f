"""SciCat's metadata keys: which there are, what they are called, and how many documents use each."""
