"""Show how well phrases are understood: `make recognition`, with FILE=… for another file of the form `code<TAB>phrase`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from services.intake.domain.recognition import Wanted, recognise
from services.intake.domain.understanding import understand
from services.intake.wiring import TEMPLATES
from services.intake.wiring.lexicon import read_lexicon, read_phrases
from shared.reference.catalogue import catalogue


def main() -> None:
    """Print the shares, the confusions, and every phrase that was not right at once (`!` sent wrong, `?` asked)."""
    lexicon = read_lexicon(TEMPLATES, catalogue())
    files = [Path(name) for name in sys.argv[1:]]
    phrases = [phrase for file in files for phrase in Wanted.of_lines(file.read_text("utf-8").splitlines())] or read_phrases(TEMPLATES)
    took: list[float] = []

    def timed(text: str) -> tuple[tuple[str, float], ...]:
        began = time.perf_counter()
        understood = understand(text, lexicon)
        took.append(time.perf_counter() - began)
        return understood

    result = recognise(phrases, timed)
    for phrase, made in result.missed:
        print(f"  {phrase.code}\t{made}\t{phrase.text}")
    for wanted, got, times in result.confusions:
        print(f"{wanted} -> {got}: {times}")
    print(f"phrases {result.phrases}")
    for name, count in (("right", result.right), ("offered", result.offered), ("wrong", result.wrong)):
        print(f"{name} {result.share(count):.1f} %")
    print(f"p95 {1000 * sorted(took)[int(0.95 * len(took))]:.2f} ms")


if __name__ == "__main__":
    main()
