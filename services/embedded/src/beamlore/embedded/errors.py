"""What goes wrong with servers on this machine, said so that it can be put right."""

from pathlib import Path


class EmbeddedError(Exception):
    """One plain sentence of what is wrong, the way out, and the log that tells more."""

    def __init__(self, sentence: str, *, way_out: str = "", log: Path | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.way_out = way_out
        self.log = log

    def __str__(self) -> str:
        parts = [self.sentence]
        if self.way_out:
            parts.append(self.way_out)
        if self.log:
            parts.append(f"Log: {self.log}")
        return " ".join(parts)
