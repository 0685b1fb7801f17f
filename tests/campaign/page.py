"""Writes the page about a campaign that was kept, and its picture: `python -m tests.campaign.page KEPT.json docs/participation`."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.campaign.damage import MIX, care_of
from tests.campaign.judge import judge
from tests.campaign.picture import draw
from tests.campaign.report import KeptCampaign, load, target_of, value_of, word_of

TEMPLATE: Final = Path(__file__).with_name("page.md")
PAGE, PICTURE = "campaign.md", "campaign.png"
_IMAGE: Final = f"![Truth against the report: villages, sources, months]({PICTURE})"
_WIDTH: Final = 120  # characters, as every Markdown page of the project
_USAGE: Final = 2


def page(kept: KeptCampaign) -> str:
    """Return the whole page: numbers as they were measured, the missed ones too."""
    rows = [
        f"| {each.what} | {value_of(each)} | {target_of(each)} | {_strong(word_of(each))} | {each.note} |"
        for each in judge(kept.ledger, kept.measured)
    ]
    mix = [f"| {way} | {care_of(way)} | {share} |" for way, share in MIX.items()]
    text = TEMPLATE.read_text(encoding="utf-8")
    filled = {
        "table": "\n".join(rows),
        "mix": "\n".join(mix),
        "made": textwrap.fill(_made(kept), _WIDTH),
        "picture": _IMAGE,
        "people": str(kept.made["people"]),
    }
    for name, value in filled.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text


def main(words: Sequence[str]) -> int:
    """Write both."""
    if len(words) != _USAGE:
        sys.stderr.write(f"{__doc__}\n")
        return _USAGE
    kept, folder = load(Path(words[0])), Path(words[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(page(kept), encoding="utf-8")
    asyncio.run(draw(kept, folder / PICTURE))
    return 0


def _made(kept: KeptCampaign) -> str:
    made = kept.made
    return (
        f"Seed {made['seed']}: {made['villages']} villages, {made['sources']} sources, {made['people']:,} people in need over "
        f"{made['months']} months, {len(kept.ledger.requests):,} requests. It took {made['seconds']} s, {made['played_seconds']} s of them "
        f"for the year itself, on {made['cpus']} cores whose load was {made['load_before']:.1f} before and {made['load_after']:.1f} after: "
        f"what else ran there is in that time. {made['in_trouble']} could not go their way; they are in no number."
    )


def _strong(word: str) -> str:
    return f"**{word.lower()}**" if word == "MISSED" else word


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
