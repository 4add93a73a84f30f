"""Keycloak: the realm, its groups, clients and, for a demo, its people."""
