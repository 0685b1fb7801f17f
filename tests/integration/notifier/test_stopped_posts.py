"""Posts and answers that stopped are found where stuck work is listed, by the search box, and in the lists' own filters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from services.notifier import desk, wiring
from services.notifier.api import stuck
from services.notifier.domain.posting import effect as effects
from services.notifier.domain.posting.effect import EffectState, PostEffect
from services.notifier.domain.posting.post import SocialPost
from services.notifier.domain.posting.remark import RemarkKind
from services.notifier.handlers import posting as handlers
from services.notifier.handlers import remarks
from services.notifier.handlers.remarks import CameRemark
from services.notifier.ports import Tx
from shared.health import Health
from shared.messaging.operations import accounting
from shared.web import create_app
from shared.web.desk import shell
from shared.web.desk.sought import PATH as SEARCH
from tests.integration.notifier.posting_rig import BUDI, SITI, PostingRig, make_posting_rig
from tests.integration.notifier.rig import running
from tests.support.operating import operating
from tests.support.sessions import SessionIssuer, browser_of

PATH = "/desk/macet/pesan"


@pytest.fixture
async def rig(mongo_url: str, database: str) -> AsyncIterator[PostingRig]:
    """A notifier whose dispatchers stand still."""
    async with make_posting_rig(mongo_url, database, work=False) as made:
        yield made


@pytest.fixture
def issuer() -> SessionIssuer:
    return SessionIssuer()


@pytest.fixture
def app(rig: PostingRig, issuer: SessionIssuer) -> FastAPI:
    made = create_app(rig.settings, Health(), title="test")
    shell.install(made, rig.settings, Health(), issuer.read, desk.TEMPLATES)
    desk.install(made, rig.parts.units, rig.parts.deps)
    desk.install_stuck(made, stuck.source(rig.parts.units, rig.parts.deps), stuck.PERSONAL, stuck.REFUSALS)
    return made


async def stopped(rig: PostingRig, state: EffectState, *accounts: str, title: str = "Akta lahir") -> SocialPost:
    """A post of which nobody knows whether it is out, or that was refused for the account's key."""
    post = await rig.approved(replace(await rig.content(*accounts), title=title))

    def ended(effect: PostEffect) -> PostEffect:
        begun = effects.start(effect, at=rig.clock())
        if state is EffectState.FLAGGED:
            return effects.flag(begun, at=rig.clock())
        return replace(begun, state=state, reason="meta_190")

    async def body(tx: Tx) -> None:
        for effect in await tx.post_effects(post.post_id):
            tx.keep_effect(ended(effect))

    await rig.parts.units.run(body)
    return post


async def parked(rig: PostingRig) -> int:
    return (await accounting.tally(rig.parts.mongo, rig.database, wiring.POSTS_ACCOUNT)).parked


async def test_what_was_refused_is_listed_tried_again_or_given_up_and_counted(rig: PostingRig) -> None:
    post = await stopped(rig, EffectState.REFUSED, "ig", "fb")
    keys = {code: effect.key for code, effect in (await rig.effects(post)).items()}
    async with operating("notifier", stuck.router(rig.parts.units, rig.parts.deps)) as operator:
        found = {entry.address: (entry.type, entry.code, entry.times) for entry in await operator.waiting()}
        assert found == {f"notifier/stuck/{key}": ("post", "posting_meta_190", 1) for key in keys.values()}
        assert await parked(rig) == 2
        assert await operator.replay(keys["fb"])
        assert await operator.discard(keys["ig"], "sudah basi; diputus op")
        assert await operator.waiting() == []
        assert not await operator.replay(keys["ig"])
    async with running(rig.parts):
        found_there = await rig.becomes(post, fb="done", ig="cancelled")
    assert found_there["ig"].note == "sudah basi; diputus op"
    tally = await accounting.tally(rig.parts.mongo, rig.database, wiring.POSTS_ACCOUNT)
    assert (tally.finished, tally.parked, tally.in_flight, tally.missing) == (2, 0, 0, 0)


async def test_what_may_be_out_is_listed_and_not_repeated_from_a_list(rig: PostingRig, app: FastAPI, issuer: SessionIssuer) -> None:
    post = await stopped(rig, EffectState.FLAGGED, "fb")
    await stopped(rig, EffectState.REFUSED, "ig", title="KIA")
    (effect,) = (await rig.effects(post)).values()
    async with browser_of(app, issuer, "section_head") as head:
        listed = await head.get(PATH)
        for said in ("Belum pasti apakah sudah terbit", "Kunci akun media sosial tidak berlaku lagi", "K7Q"):
            assert said in listed.text
        one = await head.get(f"{PATH}/{effect.key}")
        assert f'href="/desk/posting/{post.post_id}"' in one.text
        again = await head.post(f"{PATH}/putusan", data={"pilih": effect.key, "act": "ulangi"})
        assert again.headers["location"] == f"{PATH}?tetap=1&sebab=look_first"
        assert "1 tetap menunggu." in (await head.get(again.headers["location"])).text
        assert (await rig.effects(post))["fb"].state is EffectState.FLAGGED
        gone = await head.post(f"{PATH}/putusan", data={"pilih": effect.key, "catatan": "tidak ada di akunnya; diputus Dwi"})
        assert gone.headers["location"] == f"{PATH}?dibuang=1"
        shown = await head.get(f"/desk/posting/{post.post_id}")
        assert "Tidak jadi diterbitkan: tidak ada di akunnya; diputus Dwi" in shown.text
    assert rig.shown() == []


async def test_what_was_given_up_unseen_and_is_planned_again_says_that_it_may_come_twice(rig: PostingRig) -> None:
    post = await stopped(rig, EffectState.FLAGGED, "fb")
    (effect,) = (await rig.effects(post)).values()
    deps, run = rig.parts.deps, rig.parts.units.run
    await run(lambda tx: handlers.give_up_effect(tx, deps, effect.key, "lihat nanti"))
    better = replace(await rig.content("fb", text="Kata lain."), at=rig.clock())
    await run(lambda tx: handlers.mend_post(tx, deps, post.post_id, better, SITI, 1))
    await run(lambda tx: handlers.approve_post(tx, deps, post.post_id, 2, BUDI))
    (planned,) = (await rig.effects(post)).values()
    assert (planned.state, planned.maybe_twice, planned.note) == (EffectState.READY, True, None)


async def test_a_post_is_found_by_its_title_and_its_source_and_the_list_shows_what_needs_somebody(
    rig: PostingRig, app: FastAPI, issuer: SessionIssuer
) -> None:
    await stopped(rig, EffectState.REFUSED, "fb", title="Akta kelahiran")
    out = await rig.approved(replace(await rig.content("fb"), title="Buku nikah"))
    due = await rig.approved(replace(await rig.content("tt"), title="Kartu anak"))
    later = replace(await rig.content("tt"), title="Libur Natal")
    later = replace(later, at=rig.clock.at.replace(month=12))
    await rig.approved(later)
    async with browser_of(app, issuer, "section_head") as head, browser_of(app, issuer, "operator") as operator:
        for typed, title in (("akta kel", "Akta kelahiran"), ("#K7Q", "Buku nikah")):
            found = await head.post(f"{SEARCH}/pesan", data={"q": typed}, headers={"HX-Request": "true"})
            assert f"{title}</a>" in found.text, typed
        refused = await head.post(f"{SEARCH}/pesan", data={"q": "akta kelahiran"}, headers={"HX-Request": "true"})
        assert "Ditolak" in refused.text
        nothing = await operator.post(f"{SEARCH}/pesan", data={"q": "akta kelahiran"}, headers={"HX-Request": "true"})
        assert "Akta kelahiran" not in nothing.text, "who may not read posts finds none"
        listed = (await head.get("/desk/posting?keadaan=perlu")).text
        assert (await head.get("/desk/posting/jumlah")).json() == {"waiting": 2, "urgent": True}
    shown = [title for title in ("Akta kelahiran", "Buku nikah", "Kartu anak", "Libur Natal") if f">{title}<" in listed]
    assert shown == ["Akta kelahiran", due.content.title], out.content.title


async def test_an_answer_that_stopped_is_listed_with_those_that_wait(rig: PostingRig, app: FastAPI, issuer: SessionIssuer) -> None:
    deps, run = rig.parts.deps, rig.parts.units.run
    came = CameRemark(RemarkKind.COMMENT, "ig", "c-1", "990000000000001", "warga.madiun", "Buka jam berapa?", rig.clock())
    remark = await run(lambda tx: remarks.take_remark(tx, deps, came))
    assert remark is not None
    await run(lambda tx: remarks.answer_remark(tx, deps, remark.remark_id, "Jam delapan.", SITI))
    key = f"answer:{remark.remark_id}"

    async def refuse(tx: Tx) -> None:
        tx.keep_effect(replace(await tx.get_effect(key), state=EffectState.REFUSED, reason="meta_10_2018278"))

    await run(refuse)
    async with browser_of(app, issuer, "section_head") as head:
        assert (await head.get("/desk/komentar/jumlah")).json() == {"waiting": 1, "urgent": True}
        assert (await head.get("/desk/posting/jumlah")).json() == {"waiting": 0, "urgent": False}
        listed = (await head.get("/desk/komentar")).text
        assert "Buka jam berapa?" in listed
        assert "Jawaban ditolak" in listed
        stuck_one = (await head.get(f"{PATH}/{key}")).text
        assert f'href="/desk/komentar/{remark.remark_id}"' in stuck_one
