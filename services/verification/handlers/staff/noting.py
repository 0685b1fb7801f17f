"""Rows of the audit log about accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.verification.ports.staff import StaffDeps
from shared.audit import AuditEntry

SYSTEM: Final = "system"
"""Who acts where a rule does."""


def noted(deps: StaffDeps, act: str, account_id: str, *, by: str, by_name: str = "", detail: Mapping[str, str] | None = None) -> AuditEntry:
    """Return the row of an act on an account."""
    return AuditEntry(actor=by, actor_name=by_name, act=act, at=deps.clock(), about=f"staff/{account_id}", detail=detail or {})
