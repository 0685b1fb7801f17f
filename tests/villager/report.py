"""What a crowd's stories come to: a table by service, the conversations that went wrong, and a line of JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, Final

from tests.villager.story import Ending, Story

_HEAD: Final = ("service", "people", *Ending, "no end", "median", "longest", "misfits", "not taken", "loops")
_NOT_TAKEN_SHOWN: Final = 20


def is_good(stories: Sequence[Story]) -> bool:
    """Return whether everybody ended and nobody was led in a circle."""
    return all(story.is_good for story in stories)


def table(stories: Sequence[Story]) -> str:
    """Return a row for each service and one for all.

    `median`, `longest`: messages that people wrote. `misfits`: messages a person that the office said did not fit, those among them that
    are a habit of theirs; `not taken`: answers that were meant as one. Both of a service's people together; `loops`: people in one.
    """
    services = sorted({story.person.wanted for story in stories})
    of_each = [(service, [story for story in stories if story.person.wanted == service]) for service in services]
    rows = [_HEAD, *(_row(name, own) for name, own in of_each), _row("all", stories)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )


def troubles(stories: Sequence[Story]) -> Iterator[str]:
    """Yield every conversation that has no end or went in a circle, and the answers that were not taken."""
    for story in stories:
        if not story.is_good:
            yield f"{'loop: ' + ', '.join(story.loops) if story.loops else 'no end'}\n{story.told()}"
    counted = Counter((story.person.wanted, *each) for story in stories for each in story.not_taken)
    if counted:
        lines = [
            f"  {times} x {service}.{question}: {words}" for (service, question, words), times in counted.most_common(_NOT_TAKEN_SHOWN)
        ]
        yield "\n".join(("answers that were not taken", *lines))


def summary(stories: Sequence[Story]) -> dict[str, Any]:
    """Return the numbers."""
    return {
        "good": is_good(stories),
        "people": len(stories),
        "ended": {str(ending): sum(story.ending is ending for story in stories) for ending in Ending},
        "no_end": sum(story.ending is None for story in stories),
        "loops": sum(bool(story.loops) for story in stories),
        "median_messages": median(story.written for story in stories),
        "misfits_each": round(sum(story.misfits for story in stories) / len(stories), 2),
        "not_taken": sum(len(story.not_taken) for story in stories),
        "longest_seconds": max(story.seconds for story in stories),
    }


def _row(name: str, stories: Sequence[Story]) -> tuple[str, ...]:
    ended = Counter(story.ending for story in stories)
    written = [story.written for story in stories]
    return (
        name,
        str(len(stories)),
        *(str(ended[ending]) for ending in Ending),
        str(ended[None]),
        f"{median(written):g}",
        str(max(written)),
        f"{sum(story.misfits for story in stories) / len(stories):.1f}",
        str(sum(len(story.not_taken) for story in stories)),
        str(sum(bool(story.loops) for story in stories)),
    )
