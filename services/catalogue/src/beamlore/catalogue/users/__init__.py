"""Who the users are: SciCat's records of people and functional accounts, their identities, roles and settings."""
