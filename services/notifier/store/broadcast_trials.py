"""The part of a broadcast's document that says which one of two it is."""

from __future__ import annotations

from datetime import date

from services.notifier.domain.broadcast import BroadcastTrial
from shared.mongo import Doc
from shared.trials import Arm, StoppingRule


def trial_to(trial: BroadcastTrial) -> Doc:
    """Return it as it is stored."""
    ends_on = trial.rule.ends_on
    return {"trial_id": trial.trial_id, "arm": trial.arm.value, "per_arm": trial.rule.per_arm, "ends_on": ends_on and ends_on.isoformat()}


def trial_from(doc: Doc) -> BroadcastTrial:
    """Read it."""
    ends_on = date.fromisoformat(doc["ends_on"]) if doc["ends_on"] else None
    return BroadcastTrial(doc["trial_id"], Arm(doc["arm"]), StoppingRule(doc["per_arm"], ends_on))
