"""Lists of names, written as the words they are."""


def names(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())
