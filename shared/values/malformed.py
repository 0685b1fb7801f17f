"""What every `parse` of a value raises."""

from __future__ import annotations


class Malformed(ValueError):  # noqa: N818 - the name is the finding
    """A value that breaks its format. `code` is stable; the text never repeats the value, which may be personal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
