"""How an installation is: looked at through the API server only, and nothing is changed by it."""
