"""What a campaign comes to, as a table and as a line of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tests.campaign.judge import Verdict
from tests.campaign.measured import Measured
from tests.campaign.truth import CampaignLedger


def table(verdicts: Sequence[Verdict]) -> str:
    """Return a line for each comparison."""
    width = max(len(verdict.what) for verdict in verdicts)
    return "\n".join(
        f"{each.what.ljust(width)}  {value_of(each):>11} {target_of(each):<10} {word_of(each):<7} {each.note}".rstrip() for each in verdicts
    )


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return the numbers by what they are."""
    return {
        "good": all(verdict.is_met for verdict in verdicts),
        "missed": [verdict.what for verdict in verdicts if not verdict.is_met],
        "values": {verdict.what.strip(): round(verdict.value, 4) for verdict in verdicts},
    }


def value_of(verdict: Verdict) -> str:
    """Return the number with its unit."""
    return f"{_number(verdict.value)} {verdict.unit}".strip()


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) and abs(value) != 1 else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def target_of(verdict: Verdict) -> str:
    """Return its target; empty where it has none."""
    if verdict.least is not None:
        return f">= {verdict.least:g}"
    return f"= {verdict.exactly:g}" if verdict.exactly is not None else ""


def word_of(verdict: Verdict) -> str:
    """Return whether it is met; empty where there is no target."""
    if verdict.least is None and verdict.exactly is None:
        return ""
    return "met" if verdict.is_met else "MISSED"


@dataclass(frozen=True)
class KeptCampaign:
    """What a campaign leaves to be looked at later: the truth and what was measured, with how it was made."""

    ledger: CampaignLedger
    measured: Measured
    made: Mapping[str, int | float | str]


def save(kept: KeptCampaign, file: Path) -> None:
    """Write it as JSON: nothing in it is about a person."""
    file.write_bytes(_KEPT.dump_json(kept, indent=1))


def load(file: Path) -> KeptCampaign:
    """Read it."""
    return _KEPT.validate_json(file.read_bytes())


_KEPT = TypeAdapter(KeptCampaign)
