"""One promise or rule that is broken in a copy of the code."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

CORE_TESTS: Final = ("tests/integration/data", "tests/integration/messaging", "tests/chaos/test_cases.py")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `before` stands once in the file. `tests`: what must notice."""

    name: str
    file: str
    before: str
    after: str
    also: tuple[tuple[str, str], ...] = ()
    tests: tuple[str, ...] = CORE_TESTS


def change(mutant: Mutant, file: Path) -> None:
    """Write the mutant into a file.

    Raises:
        ValueError: the place to change is not there once.
    """
    text = file.read_text()
    for before, after in ((mutant.before, mutant.after), *mutant.also):
        if text.count(before) != 1:
            raise ValueError(f"{mutant.name}: {mutant.file} has changed, and the mutant must with it")
        text = text.replace(before, after)
    file.write_text(text)
