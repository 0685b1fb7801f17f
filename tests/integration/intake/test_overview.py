"""Intake's pictures of the head's view: what came in today, from where, and what is on its way."""

from __future__ import annotations

from services.intake.desk import overview
from services.intake.domain.requests import RequestState
from shared.values import Channel
from shared.web.desk.overview import PATH
from tests.integration.intake.desk import VILLAGE, Desk, file_at_the_village, page


async def test_a_request_of_today_is_counted_by_its_channel_and_its_state(desk: Desk) -> None:
    assert "Begitu warga, pengadilan, atau registrar desa" in await page(desk.browser("head"), f"{PATH}/masuk")
    await file_at_the_village(desk.browser("village", areas=frozenset({VILLAGE})))
    states = await page(desk.browser("head"), f"{PATH}/permohonan")
    assert "1 permohonan dalam perjalanan, semuanya bergerak" in states
    assert "Sedang diperiksa 1" in states
    await page(desk.browser("operator"), f"{PATH}/masuk", 403)


def test_the_channel_with_the_most_is_named() -> None:
    assert overview.finding_of_incoming({Channel.WHATSAPP: 5, Channel.COURT: 1}) == "6 permohonan masuk hari ini, terbanyak lewat WhatsApp"
    assert overview.finding_of_incoming({Channel.DESK: 2}) == "2 permohonan masuk hari ini, semuanya lewat registrar desa"
    assert overview.finding_of_incoming({}) == "Belum ada permohonan masuk hari ini"


def test_what_did_not_arrive_is_said_before_all_else() -> None:
    states = {RequestState.SUBMITTED: 4, RequestState.UNDELIVERED: 1}
    assert overview.finding_of_states(states, 3) == "1 permohonan tidak sampai ke warga"
    assert overview.finding_of_states({RequestState.SUBMITTED: 4}, 3) == "3 percakapan menunggu petugas"
    assert overview.finding_of_states({}, 0) == "Tidak ada permohonan dalam perjalanan"


def test_each_state_and_column_stands_once() -> None:
    tally = {(channel, state): 1 for channel in Channel for state in RequestState}
    picture = overview.picture_of_incoming(tally)
    assert sum(sum(value or 0 for value in line.values) for line in picture.lines) == len(tally)
