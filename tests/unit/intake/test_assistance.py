"""A chat in people's hands, by any steps of officers and a citizen: one officer at a time, nobody unheard, no draft touched."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from services.intake.domain import assistance as rules
from services.intake.domain.assistance import HOLD_LIFETIME, IDLE_MOST, Assistance, ChatOfficer, WaitingReason
from services.intake.domain.chat import Act, AskedQuestion, Conversation, Draft, OtherContent, Stage
from services.intake.domain.conversation import decide, given_back
from services.intake.domain.files import UnfetchedFile
from services.intake.domain.mending import offer_mending
from services.intake.domain.words import Intent, Meaning
from shared.errors import DomainError
from tests.unit.intake.talks import AT, KK, NIK, WORDS, WORLD, begun, photo, question_of, said, spoken, talk, walk

LEASE = timedelta(minutes=10)
BAGUS, SULASTRI = ChatOfficer("s-1", "Bagus Prasetyo"), ChatOfficer("s-2", "Sulastri Wati")


@pytest.mark.parametrize(
    "text",
    [
        "petugas",
        "PETUGAS",
        "Petugas!",
        "minta petugas",
        "saya mau bicara dengan orang",
        "Pak saya sudah tiga hari belum ada kabar, bisa bicara dengan petugas?",
        "admin",
        "cs",
    ],
)
def test_who_asks_for_a_person_waits_from_that_moment(text: str) -> None:
    after, facts = talk(Conversation("c-1"), text)
    assert said(facts) == ["officer_asked"]
    assert after.assistance == Assistance(AT, WaitingReason.ASKED, answer_by=AT + HOLD_LIFETIME, is_quiet=True)
    again, _ = decide(after, WORDS.read_text(text), replace(WORLD, at=AT + timedelta(hours=1)))
    assert again.assistance.waiting_since == AT, "the place is that of the first message"


@pytest.mark.parametrize(
    "text", ["petugas desa bilang suratnya hilang di jalan", "orang tua saya", "admin sekolah menolak fotokopi lama itu"]
)
def test_a_story_with_such_a_word_calls_nobody(text: str) -> None:
    after, _ = talk(Conversation("c-1"), text)
    assert after.assistance.waiting_since is None


def test_asked_within_a_form_the_machine_makes_room_and_the_draft_is_kept() -> None:
    waiting, facts = talk(begun("kk_hilang"), NIK, "petugas")
    assert said(facts) == ["officer_asked"]
    for act in ("halo pak", "KK saya belum jadi", KK, "ya", "bantuan", photo(1), OtherContent("voice"), UnfetchedFile()):
        after, facts = talk(waiting, act)
        assert facts == (), act
        assert (after.stage, after.draft, after.assistance) == (waiting.stage, waiting.draft, waiting.assistance)
    again, facts = talk(waiting, "petugas")
    assert said(facts) == ["officer_waiting"]
    assert again.assistance == waiting.assistance


@pytest.mark.parametrize("act", ["lanjut", "menu", "LANJUT!", Intent(Meaning.STATUS, is_pressed=True)])
def test_who_waits_may_go_on_with_the_machine_and_keeps_the_place(act: Act | str) -> None:
    after, facts = talk(begun("kk_hilang"), NIK, "petugas", act)
    assert said(facts)[0] == "officer_still"
    assert after.assistance.waiting_since == AT
    after, _ = talk(after, KK)
    assert after.draft is not None
    assert after.draft.answers["kk_number"] == KK
    _, facts = talk(after, "petugas")
    assert said(facts) == ["officer_asked"], "asked again the machine makes room again"


@pytest.mark.parametrize("began", [Conversation("c-1"), begun("kk_hilang")])
def test_what_is_not_understood_thrice_in_a_row_calls_a_person_once(began: Conversation) -> None:
    after, facts = talk(began, "lha niku rak inggih ngoten to mbak", OtherContent("voice"))
    assert "officer_called" not in said(facts)
    after, facts = talk(after, OtherContent("voice"))
    assert said(facts)[-1] == "officer_called"
    assert (after.assistance.reason, after.assistance.waiting_since) == (WaitingReason.NOT_UNDERSTOOD, AT)
    assert talk(after, OtherContent("voice"))[1] == ()


def test_what_fits_after_all_goes_on_and_the_person_comes_all_the_same() -> None:
    waiting, _ = talk(begun("kk_hilang"), "12345", "123", "1234")
    assert talk(waiting, "54321")[1] == ()
    after, facts = talk(waiting, NIK)
    assert facts
    assert after.draft is not None
    assert after.draft.answers == {"nik": NIK}
    assert after.assistance.waiting_since == AT
    assert not after.assistance.leaves_to_officers(AT)


def test_what_is_understood_in_between_begins_the_count_anew() -> None:
    after, _ = talk(begun("kk_hilang"), "12345", "123", NIK, "12345", "123")
    assert after.assistance.waiting_since is None
    after, facts = talk(after, "54321")
    assert "officer_called" in said(facts)


def test_what_leads_nowhere_for_long_calls_a_person() -> None:
    after = Conversation("c-1")
    for number in range(1, IDLE_MOST + 1):
        after, facts = talk(after, "halo")
        assert ("officer_called" in said(facts)) == (number == IDLE_MOST)
    assert talk(after, "halo")[1] == ()
    paused = Conversation("c-1")
    for number in range(IDLE_MOST * 2):
        paused, facts = talk(paused, "halo", context=replace(WORLD, at=AT + timedelta(hours=2 * number)))
        assert "officer_called" not in said(facts), "once in a while is no loop"


def test_the_promise_ends_the_silence_and_whoever_waits_is_told_once() -> None:
    waiting, _ = talk(Conversation("c-1"), "petugas", context=replace(WORLD, answer_by=AT + timedelta(hours=2)))
    assert rules.told_late(waiting.assistance, AT + timedelta(hours=1)) is None
    late = AT + timedelta(hours=2)
    assert talk(waiting, "halo", context=replace(WORLD, at=late))[1]
    told = rules.told_late(waiting.assistance, late)
    assert told is not None
    assert told.waiting_since == AT
    assert rules.told_late(told, late + timedelta(days=3)) is None
    assert rules.told_late(rules.take(waiting.assistance, BAGUS, AT, LEASE), late) is None, "an officer has it"


def test_a_complaint_is_handed_to_a_person_and_the_machine_goes_on() -> None:
    after, facts = talk(begun("kk_hilang"), "pelayanannya lama sekali, kecewa saya")
    assert said(facts)[:2] == ["answers.complaint", "officer_turn"]
    assert after.assistance.reason is WaitingReason.COMPLAINED
    assert said(talk(after, NIK)[1])


def every_stage() -> list[Conversation]:
    """A chat in each stage, and one with an officer's question."""
    asking = begun("kk_hilang")
    confirming, _ = walk(asking, {})
    returned = offer_mending(Conversation("c-1"), replace(asking.draft or Draft("kk_hilang", AT), mends="r-1"), AT)
    text, _ = walk(begun("akta_lahir"), {}, until="child_name")
    asked = Conversation("c-1", asked=AskedQuestion("q-1", "r-1", "MDN-7K4Q-9F2X", "Berapa?"))
    return [Conversation("c-1"), asking, confirming, returned, text, asked]


@pytest.mark.parametrize("conversation", every_stage(), ids=["menu", "asking", "confirming", "returned", "a name", "asked"])
@pytest.mark.parametrize(
    "text",
    [
        "petugas",
        "mau ngomong sama orang",
        "saya mau bicara sama petugas saja",
        "bisa bicara dengan admin",
        "kulo bade matur kalih petugas",
        "arep ngomong karo petugas",
        "sambungkan ke petugas",
    ],
)
def test_a_person_can_be_called_in_every_stage(conversation: Conversation, text: str) -> None:
    after, facts = talk(conversation, text)
    assert said(facts) == ["officer_asked"]
    assert after.draft == conversation.draft
    assert after.assistance.leaves_to_officers(AT)


def test_another_officer_can_take_a_chat_only_when_its_lease_is_over() -> None:
    taken = rules.take(Assistance(AT, WaitingReason.ASKED), BAGUS, AT, LEASE)
    with pytest.raises(DomainError, match="chat_taken"):
        rules.take(taken, SULASTRI, AT + LEASE - timedelta(seconds=1), LEASE)
    assert rules.take(taken, SULASTRI, AT + LEASE, LEASE).holder(AT + LEASE) == SULASTRI
    with pytest.raises(DomainError, match="chat_not_yours"):
        rules.answered(rules.take(taken, SULASTRI, AT + LEASE, LEASE), BAGUS, AT + LEASE, LEASE)


def test_beyond_the_lease_the_officer_may_still_answer_where_nobody_took_it() -> None:
    taken = rules.take(Assistance(), BAGUS, AT, LEASE)
    later = AT + timedelta(hours=2)
    assert rules.answered(taken, BAGUS, later, LEASE).holder(later) == BAGUS


def test_a_lease_is_written_again_only_when_half_of_it_is_over() -> None:
    taken = rules.take(Assistance(), BAGUS, AT, LEASE)
    assert rules.renew(taken, BAGUS, AT + timedelta(minutes=1), LEASE) is taken
    assert rules.renew(taken, SULASTRI, AT + timedelta(minutes=9), LEASE) is taken
    assert rules.renew(taken, BAGUS, AT + timedelta(minutes=6), LEASE).holder(AT + timedelta(minutes=15)) == BAGUS


def test_given_back_the_open_question_is_asked_again() -> None:
    conversation, _ = talk(begun("kk_hilang"), NIK)
    after, facts = given_back(conversation, WORLD)
    assert after.draft == conversation.draft
    assert "Nomor Kartu Keluarga" in spoken(facts)


class Desk(RuleBasedStateMachine):
    """A chat between the machine, a citizen and two officers, while time goes by."""

    officers = Bundle("officers")

    def __init__(self) -> None:
        super().__init__()
        self.at: datetime = AT
        self.chat = begun("kk_hilang")
        self.number = 0
        self.unheard_since: datetime | None = None

    @initialize(target=officers)
    def bagus(self) -> ChatOfficer:
        return BAGUS

    @initialize(target=officers)
    def sulastri(self) -> ChatOfficer:
        return SULASTRI

    @rule(minutes=st.sampled_from([1, 9, 11, 60, 23 * 60, 25 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule(what=st.sampled_from(["halo", NIK, KK, "petugas", "lanjut", "apa ini", "photo"]))
    def the_citizen_writes(self, what: str) -> None:
        self.number += 1
        before, held = self.chat, self.chat.assistance.is_held(self.at)
        is_left = not held and before.assistance.leaves_to_officers(self.at)
        act = photo(self.number) if what == "photo" else WORDS.read_text(what)
        self.chat, facts = decide(before, act, replace(WORLD, at=self.at, wamid=f"w-{self.number}"))
        if held:
            assert facts == ()
            assert (self.chat.stage, self.chat.draft) == (before.stage, before.draft)
            assert self.chat.assistance.waiting_since is not None
            assert self.chat.assistance.hold == before.assistance.hold
        elif is_left and not facts:
            assert (self.chat.stage, self.chat.draft) == (before.stage, before.draft)
            assert self.chat.assistance.waiting_since is not None
        else:
            assert facts
            assert self.chat.assistance.hold is None

    @rule(officer=officers)
    def take(self, officer: ChatOfficer) -> None:
        holder, before = self.chat.assistance.holder(self.at), self.chat
        try:
            after = rules.take(before.assistance, officer, self.at, LEASE)
        except DomainError:
            assert holder not in {None, officer}
            return
        assert holder in {None, officer}
        assert after.waiting_since == before.assistance.waiting_since
        self.chat = replace(before, assistance=after)

    @rule(officer=officers)
    def answer(self, officer: ChatOfficer) -> None:
        before = self.chat.assistance
        try:
            after = rules.answered(before, officer, self.at, LEASE)
        except DomainError:
            assert before.hold is None or before.hold.officer != officer or not before.is_held(self.at)
            return
        assert after.holder(self.at) == officer
        assert after.waiting_since is None
        self.chat = replace(self.chat, assistance=after)

    @rule(officer=officers, to=officers)
    def hand_over(self, officer: ChatOfficer, to: ChatOfficer) -> None:
        try:
            after = rules.hand_over(self.chat.assistance, officer, to, self.at, LEASE)
        except DomainError:
            return
        assert after.holder(self.at) == to
        assert after.waiting_since is not None
        self.chat = replace(self.chat, assistance=after)

    @rule(officer=officers)
    def give_back(self, officer: ChatOfficer) -> None:
        before = self.chat
        try:
            after = rules.give_back(before.assistance, officer, self.at)
        except DomainError:
            return
        self.chat, facts = given_back(replace(before, assistance=after), replace(WORLD, at=self.at))
        assert facts
        assert self.chat.draft == before.draft
        assert self.chat.assistance == Assistance()

    @invariant()
    def the_machine_is_never_silent_for_longer_than_a_day(self) -> None:
        hold = self.chat.assistance.hold
        if hold is not None and self.at - hold.acted_at >= HOLD_LIFETIME:
            assert not self.chat.assistance.is_held(self.at)

    @invariant()
    def whoever_waits_has_a_reason(self) -> None:
        assert (self.chat.assistance.waiting_since is None) == (self.chat.assistance.reason is None)

    @invariant()
    def a_draft_has_its_question(self) -> None:
        if self.chat.stage is Stage.ASKING:
            assert question_of(self.chat, replace(WORLD, at=self.at)) is not None


TestDesk = Desk.TestCase
