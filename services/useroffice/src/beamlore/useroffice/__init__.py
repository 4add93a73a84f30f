"""The stub of the facility's user office: proposals, people and visits, read from a file, served over REST.

A facility puts its own user office in this place; docs/reference/user-office-interface.md says what that must offer.
"""
