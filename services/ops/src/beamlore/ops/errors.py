"""What goes wrong in operations, said so that it can be put right."""


class OpsError(Exception):
    """One plain sentence of what is wrong, and the way out where there is one."""

    def __init__(self, sentence: str, *, way_out: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.sentence} {self.way_out}".strip()
