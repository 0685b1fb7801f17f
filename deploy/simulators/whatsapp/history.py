"""Every effect that the outside world saw: for tests and judges that ask whether something was lost or sent twice."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Effect:
    """A message that was accepted. `answered` is False where the caller never got the answer."""

    sequence: int
    wamid: str
    at: datetime
    citizen_id: str
    recipient: str
    type: str
    callback_data: str | None
    payload: dict[str, Any]
    media: list[dict[str, Any]]
    answered: bool = True
    error_code: int | None = None
    statuses: list[dict[str, str]] = field(default_factory=list)

    def view(self) -> dict[str, Any]:
        """Return the effect as the control API shows it."""
        return {
            "sequence": self.sequence,
            "wamid": self.wamid,
            "at": self.at.isoformat(),
            "citizen_id": self.citizen_id,
            "recipient": self.recipient,
            "type": self.type,
            "callback_data": self.callback_data,
            "payload": self.payload,
            "media": self.media,
            "answered": self.answered,
            "error_code": self.error_code,
            "statuses": self.statuses,
        }


class History:
    """The last effects, oldest first, and how many there were in all."""

    def __init__(self, maximum: int) -> None:
        self._effects: deque[Effect] = deque()
        self._by_wamid: dict[str, Effect] = {}
        self._maximum = maximum
        self.total = 0
        self.refused: dict[int, int] = {}

    def add(self, effect: Effect) -> None:
        """Keep an effect; the oldest makes room."""
        self.total += 1
        effect.sequence = self.total
        self._effects.append(effect)
        self._by_wamid[effect.wamid] = effect
        if len(self._effects) > self._maximum:
            self._by_wamid.pop(self._effects.popleft().wamid, None)

    def refuse(self, code: int) -> None:
        """Count a call that was refused."""
        self.refused[code] = self.refused.get(code, 0) + 1

    def find(self, wamid: str) -> Effect | None:
        """Return the effect with that message id."""
        return self._by_wamid.get(wamid)

    def page(self, *, after: int, limit: int, recipient: str | None = None, callback_data: str | None = None) -> list[Effect]:
        """Effects with a sequence above `after`, oldest first."""
        skip = max(0, after - (self.total - len(self._effects)))
        found: list[Effect] = []
        for index, effect in enumerate(self._effects):
            if index < skip or (recipient is not None and effect.recipient != recipient):
                continue
            if callback_data is not None and effect.callback_data != callback_data:
                continue
            found.append(effect)
            if len(found) == limit:
                break
        return found

    def repeated(self) -> dict[str, list[str]]:
        """Message ids by callback data, where one callback data was accepted more than once."""
        groups: dict[str, list[str]] = {}
        for effect in self._effects:
            if effect.callback_data is not None:
                groups.setdefault(effect.callback_data, []).append(effect.wamid)
        return {key: wamids for key, wamids in groups.items() if len(wamids) > 1}
