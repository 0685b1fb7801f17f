"""Moments and places of lists that somebody wrote into an address: none lies beyond what a database can hold."""

import base64
from datetime import UTC, date, datetime

import httpx
import pytest
from fastapi import FastAPI

from shared.clock import midnight
from shared.errors import BadInput
from shared.mongo.cursor import decode, encode
from shared.web.desk import Since

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
BEYOND = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]


def test_a_day_begins_at_midnight_here() -> None:
    assert midnight(date(2026, 11, 24)) == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert midnight(date(2026, 11, 24), days=1) == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert midnight(None) is None


@pytest.mark.parametrize(("day", "days"), [(date.max, 1), (date.min, 0)])
def test_a_day_at_the_end_of_the_calendar_limits_nothing(day: date, days: int) -> None:
    assert midnight(day, days=days) is None


def test_a_place_of_a_list_comes_back_as_it_was() -> None:
    assert decode(encode(AT, "x-1")) == (AT, "x-1")


@pytest.mark.parametrize("text", [*BEYOND, "2026-11-24T02:30:00", "kemarin", ""])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="cursor_malformed"):
        decode(base64.urlsafe_b64encode(f"{text}|x".encode()).decode())


async def test_since_when_somebody_listens_is_within_the_calendar() -> None:
    app = FastAPI()

    @app.get("/")
    async def echo(sejak: Since) -> datetime:
        return sejak

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk.test") as http:
        for text in (AT.isoformat(), "2026-11-24T02:30:00"):
            assert (await http.get("/", params={"sejak": text})).json() == "2026-11-24T02:30:00Z"
        assert [(await http.get("/", params={"sejak": text})).status_code for text in BEYOND] == [422, 422]
