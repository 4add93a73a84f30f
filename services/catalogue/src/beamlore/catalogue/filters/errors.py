"""What is wrong with a filter, and where."""

from beamlore.core import BadRequestError


class FilterError(BadRequestError):
    """A filter cannot be understood; the text begins with the place in it."""

    def __init__(self, at: str, what: str) -> None:
        super().__init__(f"{at}: {what}")
