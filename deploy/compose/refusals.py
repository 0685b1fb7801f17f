"""Why something about an installation is not taken: a stable code, and its sentence in `data/refusals.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text, whatever it is the text of."""

    code: str
    detail: str = ""

    def of(self, about: str) -> "Refusal":
        """Say what it is about."""
        return Refusal(about, self)


@dataclass(frozen=True)
class Refusal:
    """One answer, file or variable that is not taken."""

    about: str
    fault: Fault
    where: str = ""
    """Where the right one comes from."""

    @property
    def code(self) -> str:
        """What programs tell it by; never changes."""
        return self.fault.code

    def __str__(self) -> str:
        sentence = sentences()[self.fault.code].replace("{detail}", self.fault.detail)
        return " ".join(filter(None, (f"{self.about} [{self.code}]", sentence, self.where)))


@cache
def sentences() -> dict[str, str]:
    """Return the sentence of each code."""
    with (DATA / "refusals.toml").open("rb") as file:
        return tomllib.load(file)
