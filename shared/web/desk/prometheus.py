"""Asking Prometheus, on the server's side: figures of now, figures over time, and the alarms that ring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.http_client import make_client

_ANSWER_SECONDS: Final = 4.0  # a page waits for it; its pictures are asked for again each minute
_CONNECTIONS: Final = 10
_FIRING: Final = "firing"


class NotAnsweredError(Exception):
    """Prometheus is not there, or does not understand the question. `code` is stable."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure of now."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """One figure over time: values by the moments that were asked for."""

    labels: Mapping[str, str]
    values: Mapping[float, float]


class Alarm(BaseModel):
    """One that rings, or is about to."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    labels: dict[str, str]
    annotations: dict[str, str]
    state: str
    activeAt: datetime  # noqa: N815 - Prometheus calls it that

    @property
    def is_ringing(self) -> bool:
        """Whether it has stood for long enough."""
        return self.state == _FIRING

    @property
    def severity(self) -> str:
        """How bad it is."""
        return self.labels.get("severity", "warning")


class Prometheus:
    """Its HTTP API. Every call may raise `NotAnsweredError`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    async def now(self, ask: str) -> list[Sample]:
        """Return the figures of now, those that are numbers."""
        rows = (await self._get("query", {"query": ask}))["result"]
        return [Sample(row["metric"], float(row["value"][1])) for row in rows if row["value"][1] != "NaN"]

    async def over(self, ask: str, *, at: datetime, span: timedelta, steps: int) -> list[Series]:
        """Return the figures of so many moments until `at`."""
        step = span.total_seconds() / steps
        until = at.timestamp() // step * step  # the same moments for whoever asks within a step
        asked: dict[str, str | float] = {"query": ask, "start": until - span.total_seconds(), "end": until, "step": step}
        rows = (await self._get("query_range", asked))["result"]
        return [Series(row["metric"], {float(moment): float(value) for moment, value in row["values"] if value != "NaN"}) for row in rows]

    async def alarms(self) -> Sequence[Alarm]:
        """Return those that ring and those that are about to."""
        try:
            return [Alarm.model_validate(each) for each in (await self._get("alerts", {}))["alerts"]]
        except ValidationError as error:
            raise NotAnsweredError("watch_answer_unknown") from error

    async def _get(self, what: str, asked: Mapping[str, str | float]) -> Any:
        if not self._url:
            raise NotAnsweredError("watch_not_set")
        try:
            async with make_client(_ANSWER_SECONDS, connections=_CONNECTIONS) as http:
                answer = await http.get(f"{self._url}/api/v1/{what}", params=dict(asked))
                body = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NotAnsweredError("watch_unreachable", type(error).__name__) from error
        if answer.status_code != HTTPStatus.OK or body.get("status") != "success":
            raise NotAnsweredError("watch_question_refused", str(body.get("errorType", "")))
        return body["data"]
