"""SciCat's ``/opensearch``: its search answers from the catalogue's own index."""
