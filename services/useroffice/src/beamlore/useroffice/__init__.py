"""The user-office stub: proposals, people, visits."""
