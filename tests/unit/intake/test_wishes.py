"""What follows in the chat when people say in their own words what they want, or ask something on the way."""

from dataclasses import replace

import pytest

from services.intake.domain.asking import GROUPS
from services.intake.domain.chat import Conversation, DialogueContext, Say, Stage
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.words import Meaning
from shared.reference.catalogue import Offer, catalogue
from shared.reference.lists import code_list
from tests.unit.intake.talks import MENU, NIK, TEXTS, WORDS, WORLD, begun, said, spoken, talk

NEW = Conversation("c-1")
ASKED = begun("kk_hilang")


def test_a_wish_in_own_words_is_told_about_first_and_begun_by_a_yes() -> None:
    after, facts = talk(NEW, "pak kartu keluarga saya kecopetan di pasar")
    assert said(facts) == ["service_card"]
    text = spoken(facts)
    assert "surat" in text.lower()
    assert "8 jam kerja" in text
    assert "Gratis" in text
    assert after.draft is None
    after, _ = talk(after, "nggih")
    assert (after.stage, after.draft.service if after.draft else "") == (Stage.ASKING, "kk_hilang")


def test_a_yes_later_on_begins_nothing() -> None:
    after, _ = talk(NEW, "pak kartu keluarga saya kecopetan di pasar", "jam berapa buka?", "ya")
    assert after.draft is None


def test_two_wishes_are_asked_apart() -> None:
    _, facts = talk(NEW, "ktp dan kk saya hilang semua")
    (asked,) = [fact for fact in facts if isinstance(fact, Say)]
    assert asked.text == "unsure"
    assert set(asked.buttons) >= {"about:kk_hilang", "about:ktp_hilang"}
    _, facts = talk(NEW, WORDS.read_choice("about:ktp_hilang", "KTP-el hilang"))
    assert said(facts) == ["service_card"]


@pytest.mark.parametrize(("text", "service"), [("yang ktp", "ktp_hilang"), ("kk nya dulu", "kk_hilang")])
def test_one_of_two_wishes_is_chosen_in_a_word_or_by_its_place(text: str, service: str) -> None:
    asked, _ = talk(NEW, "ktp dan kk saya hilang semua")
    assert talk(asked, text)[0].offered == service
    assert talk(asked, "2")[0].offered == asked.choices[1]
    later, _ = talk(asked, "jam berapa buka")
    assert later.choices == ()


@pytest.mark.parametrize("text", ["syaratnya apa saja pak", "berapa lama"])
def test_what_is_asked_after_a_service_was_told_about_is_about_it(text: str) -> None:
    told, _ = talk(NEW, "ktp saya patah pak")
    after, facts = talk(told, text)
    assert said(facts) == ["service_card"]
    assert after.offered == "ktp_rusak"
    assert said(talk(NEW, text)[1]) != ["service_card"]


@pytest.mark.parametrize("text", ["syarat kk rusak apa saja", "kalau ktp saya hilang syaratnya apa pak?"])
def test_asking_for_the_needs_of_a_service_begins_nothing(text: str) -> None:
    after, facts = talk(NEW, text)
    assert (after.draft, said(facts)) == (None, ["service_card"])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("biayanya berapa pak", "gratis"),
        ("jam berapa buka?", "Jam layanan"),
        ("alamat kantor dukcapil dimana", "Mal Pelayanan Publik"),
        ("minta nomor telepon kantor", "PETUGAS"),
        ("prosesnya berapa hari ya", "jam kerja"),
        ("boleh diwakilkan?", "surat kuasa"),
        ("kk lama apa masih berlaku?", "tetap berlaku"),
        ("kok tidak ada stempel cuma barcode", "QR"),
        ("apakah perlu legalisir?", "legalisir"),
        ("cara foto dokumennya gimana", "terang"),
        ("boleh dicetak sendiri?", "A4"),
        ("syarat kia baru apa", "Kartu Identitas Anak"),
    ],
)
def test_a_question_on_the_way_is_answered_and_the_draft_kept(text: str, answer: str) -> None:
    after, facts = talk(ASKED, text)
    assert answer in spoken(facts)
    assert after.draft == ASKED.draft
    assert said(facts)[-1] == "kk_hilang.nik.ask" or "example" in said(facts)
    assert not [name for name in said(facts) if name.startswith("wrong_")]
    assert talk(after, NIK)[0].draft != ASKED.draft


@pytest.mark.parametrize("text", ["lha kok begitu kenapa?", "apakah anda sudah makan"])
def test_a_question_nobody_knows_is_not_called_a_wrong_number(text: str) -> None:
    after, facts = talk(ASKED, text)
    assert not [name for name in said(facts) if name.startswith("wrong_")]
    assert after.draft == ASKED.draft


def test_another_wish_in_a_draft_is_told_about_and_the_draft_goes_on() -> None:
    after, facts = talk(ASKED, "ktp saya juga patah pak")
    assert said(facts)[:2] == ["service_card", "other_wish"]
    assert after.draft == ASKED.draft


def test_a_draft_is_not_dropped_by_a_guess() -> None:
    after, facts = talk(ASKED, "saya tidak usah jadi mengajukan permohonan ini pak, dibatalkan saja ya")
    assert said(facts) == ["cancel_sure"]
    assert after.draft == ASKED.draft


def test_a_complaint_calls_a_person() -> None:
    after, facts = talk(NEW, "pelayanannya lama sekali, kecewa saya")
    assert after.assistance.waiting_since is not None
    assert "petugas" in spoken(facts)


def test_what_another_office_does_is_said() -> None:
    assert "Dinas Sosial" in spoken(talk(NEW, "bansos pkh kapan cair ya pak")[1])


@pytest.mark.parametrize("service", list(catalogue().services))
def test_every_service_is_told_about_with_what_it_needs(service: str) -> None:
    _, facts = talk(NEW, WORDS.read_choice(f"about:{service}", "x"))
    text = spoken(facts)
    assert "•" in text or catalogue().get(service).offer is Offer.COURT
    assert "ratis" in text
    is_open = service in MENU.forms
    assert next(fact.buttons for fact in facts if isinstance(fact, Say))[0] == (f"service:{service}" if is_open else "menu")


def test_who_has_no_number_is_not_told_to_have_one_at_hand() -> None:
    """A NIK that may be left out is not needed: of whom is reported nobody may know one."""
    assert "NIK dan nomor KK" not in spoken(talk(NEW, WORDS.read_choice("about:rentan", "x"))[1])
    assert "NIK dan nomor KK" in spoken(talk(NEW, WORDS.read_choice("about:buka_blokir", "x"))[1])


def test_the_menu_leads_through_groups_that_fit_a_list() -> None:
    rows = TEXTS.rows([fact for fact in talk(NEW, "menu")[1] if isinstance(fact, Say)])
    assert [name for name, *_ in rows][: len(GROUPS)] == [f"group:{name}" for name in GROUPS]
    for name in GROUPS:
        _, facts = talk(NEW, WORDS.read_choice(f"group:{name}", "x"))
        listed = TEXTS.rows([fact for fact in facts if isinstance(fact, Say)])
        assert 0 < len(listed) <= 10
        assert all(len(title) <= 24 and len(about) <= 72 for _, title, about in listed)


def pages_of(group: str, context: DialogueContext) -> list[list[str]]:
    """The services of a group, list by list, as somebody goes through them by the row that leads on."""
    pages: list[list[str]] = []
    onward: str | None = f"group:{group}"
    while onward is not None:
        facts = talk(NEW, WORDS.read_choice(onward, "x"), context=context)[1]
        rows = TEXTS.rows([fact for fact in facts if isinstance(fact, Say)])
        assert 0 < len(rows) <= 10
        onward = next((name for name, *_ in rows if name.startswith("group:")), None)
        pages.append([name.removeprefix("about:") for name, *_ in rows if name != onward])
        assert len(pages) < 20, "it leads in a circle"
    return pages


@pytest.mark.parametrize(("services", "pages"), [(1, 1), (10, 1), (11, 2), (19, 2), (20, 3), (30, 4)])
def test_a_group_that_grows_beyond_a_list_is_shown_page_by_page(services: int, pages: int) -> None:
    grown = {code: replace(service, group="kia") for code, service in list(catalogue().services.items())[:services]}
    context = replace(WORLD, menu=ServiceMenu(replace(catalogue(), services=grown), {}))
    shown = pages_of("cards", context)
    assert len(shown) == pages
    assert [code for page in shown for code in page] == list(grown)


def test_every_service_is_reached_through_the_menu() -> None:
    reached = [code for group in GROUPS for page in pages_of(group, WORLD) for code in page]
    assert sorted(reached) == sorted(catalogue().services)


@pytest.mark.parametrize("start", ["99", "x", "", "-1", "9" * 30])
def test_a_list_begins_anew_where_a_button_is_of_another_time(start: str) -> None:
    facts = talk(NEW, WORDS.read_choice(f"group:cards+{start}", "x"))[1]
    again = talk(NEW, WORDS.read_choice("group:cards", "x"))[1]
    assert TEXTS.rows([fact for fact in facts if isinstance(fact, Say)]) == TEXTS.rows([fact for fact in again if isinstance(fact, Say)])


def test_every_group_of_the_catalogue_is_in_the_menu() -> None:
    assert sorted(group for groups in GROUPS.values() for group in groups) == sorted(code_list("service_group").rows)


def test_no_meaning_of_the_lexicon_is_pressed_in_vain() -> None:
    for rules in WORDS.lexicon.by_notion.values():
        for rule in rules:
            assert WORDS.read_choice(f"about:{rule.meaning}", "x").meaning is not Meaning.ANSWER
            assert talk(NEW, WORDS.read_choice(f"about:{rule.meaning}", "x"))[1]
