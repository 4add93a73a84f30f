"""SciCat's events: new datasets, told as they come to those who may see them."""
