"""Proposals, as the user office knows them."""
