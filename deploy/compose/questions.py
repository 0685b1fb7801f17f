"""What production must be told, as `data/questions.toml` asks it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from deploy.compose.judges import JUDGES
from deploy.compose.refusals import DATA, Fault

FILE: Final = "file"
ANYTHING: Final = "*"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing that only the office, Meta, the court or an authority can give."""

    name: str
    ask: str
    where: str
    files: tuple[str, ...]
    """Where the answer lies in the state; none: it is part of `.env`."""
    judge: str
    secret: bool = False
    optional: bool = False
    of: str = ""
    """`file`: the answer names a file, whose text is kept."""
    make: str = ""
    same_as: str = ""
    when: Mapping[str, str] = field(default_factory=dict)

    def fault(self, text: str) -> Fault | None:
        """Look at an answer alone."""
        if not text:
            return None if self.optional else Fault("missing")
        return JUDGES[self.judge](text)

    def applies(self, answers: Mapping[str, str]) -> bool:
        """Whether it is asked, after what was answered so far."""
        return all(answers.get(name) if value == ANYTHING else answers.get(name) == value for name, value in self.when.items())


@cache
def questions() -> Mapping[str, Question]:
    """Return every question by its name, in the order in which they are asked."""
    with (DATA / "questions.toml").open("rb") as file:
        rows = tomllib.load(file)
    return {name: Question(name=name, **{**row, "files": tuple(row["files"])}) for name, row in rows.items()}
