"""SciCat's login routes, and the tokens they give beside the identity provider's."""
