"""Answers as people give them: several in one message, photos in any order, captions, places by name, `sama`."""

from dataclasses import replace

import pytest

from services.intake.domain.chat import Conversation, FilesDropped, Say
from services.intake.domain.drafts import MOST_LOOSE, awaits_file
from tests.unit.intake.talks import (
    KK,
    MENU,
    NIK,
    TEXTS,
    TODAY,
    WORDS,
    begun,
    completed,
    photo,
    question_of,
    said,
    spoken,
    stranger,
    talk,
    walk,
)

MAIN = {"nik": NIK, "kk_number": KK, "length_cm": "49"}
NAME = walk(begun("akta_lahir"), {**MAIN, "parents": "1"}, until="child_name")[0]
STREET = walk(begun("kk_baru"), {**MAIN, "purpose": "2", "home": "1"}, until="street")[0]
WITNESS = walk(begun("akta_lahir"), {**MAIN, "parents": "1"}, until="witnesses[0].nik")[0]
LOST = begun("kk_hilang", stranger())


def answers(conversation: Conversation) -> dict[str, object]:
    assert conversation.draft is not None
    return dict(conversation.draft.answers)


def files(conversation: Conversation) -> dict[str, str]:
    assert conversation.draft is not None
    return {file.field: file.file_id for file in conversation.draft.attachments}


@pytest.mark.parametrize(
    ("conversation", "text", "expected"),
    [
        (NAME, "Bintang Pratama, perempuan", {"child_name": "BINTANG PRATAMA", "child_sex": "P"}),
        (NAME, "Nama: Bintang Pratama\nJenis kelamin: P", {"child_name": "BINTANG PRATAMA", "child_sex": "P"}),
        (NAME, "nama anak = Bintang Pratama\ntgl lahir = wingi", {"child_name": "BINTANG PRATAMA", "born_on": "2026-11-23"}),
        (
            NAME,
            "1. Nama anak: Bintang Pratama\n2. Jam lahir: setengah 3 sore\n3. Berat lahir: 3,2 kg",
            {"child_name": "BINTANG PRATAMA", "born_at": "14:30", "weight_grams": 3200},
        ),
        (NAME, "Jenis kelamin: L", {"child_sex": "L"}),
        (STREET, "Dusun Krajan, Jalan Melati 5\nRT 3\nRW 1", {"street": "Dusun Krajan, Jalan Melati 5", "rt": 3, "rw": 1}),
        (STREET, "Dusun Krajan\nRT 3\nRW 1\nMejayan", {"street": "Dusun Krajan", "rt": 3, "rw": 1, "village": "3519112010"}),
        (WITNESS, f"{NIK}, Siti Aminah", {"witnesses": [{"nik": NIK, "name": "SITI AMINAH"}]}),
        (begun("kk_hilang"), f"NIK: {NIK}\nNo KK: {KK}", {"nik": NIK, "kk_number": KK}),
    ],
)
def test_several_answers_in_one_message_are_taken_and_said(conversation: Conversation, text: str, expected: dict[str, object]) -> None:
    after, facts = talk(conversation, text)
    given = answers(after)
    assert {name: given[name] for name in expected} == expected
    assert said(facts)[0] == "noted"


@pytest.mark.parametrize(
    ("conversation", "text", "field", "value"),
    [
        (STREET, "Dusun Krajan, Jalan Melati 5", "street", "Dusun Krajan, Jalan Melati 5"),
        (STREET, "Dusun Krajan\nJalan Melati 5", "street", "Dusun Krajan Jalan Melati 5"),
        (NAME, "Nama saya Bintang Pratama", "child_name", "BINTANG PRATAMA"),
        (NAME, "namanya Bintang Pratama", "child_name", "BINTANG PRATAMA"),
    ],
)
def test_one_answer_with_commas_stays_one(conversation: Conversation, text: str, field: str, value: str) -> None:
    after, facts = talk(conversation, text)
    assert answers(after)[field] == value
    assert "noted" not in said(facts)


def test_what_is_not_understood_of_several_is_said() -> None:
    after, facts = talk(NAME, "Nama anak: Bintang Pratama\nJenis kelamin: P\nhobi: mancing")
    assert said(facts)[:2] == ["noted", "noted_left"]
    assert "mancing" in spoken(facts)
    assert answers(after)["child_sex"] == "P"


def test_of_a_village_whose_name_repeats_the_kecamatan_is_asked_and_enough() -> None:
    conversation, facts = talk(STREET, "Krajan\nRT 3\nRW 1\nSidorejo")
    assert said(facts)[:3] == ["noted", "wrong_village_unclear", "candidates"]
    listed = TEXTS.rows([fact for fact in facts if isinstance(fact, Say)])
    assert [name for name, *_ in listed] == ["answer:3519012007@village", "answer:3519072001@village", "answer:3519122004@village"]
    assert [title for _, title, _ in listed][1] == "Sidorejo, Wungu"
    assert answers(talk(conversation, "Wungu")[0])["village"] == "3519072001"
    assert answers(talk(conversation, WORDS.read_choice("answer:3519122004@village", "x"))[0])["village"] == "3519122004"
    assert answers(talk(conversation, "Mejayan")[0])["village"] == "3519112010", "another one counts alone"


def test_sama_is_the_row_before_and_never_an_address() -> None:
    after, facts = talk(STREET, "sama")
    assert said(facts)[0] == "wrong_same_unknown"
    assert "street" not in answers(after)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kerjanya buruh tani pak", "o020"),
        ("ibu rumah tangga", "o002"),
        ("pns", "o005"),
        ("jualan di pasar", "o084"),
        ("tani", "o009"),
        ("guru", "o065"),
    ],
)
def test_an_occupation_in_own_words(text: str, code: str) -> None:
    conversation, _ = walk(begun("kk_ubah"), {**MAIN, "changes.element": "2"}, until="changes[0].occupation")
    rows = answers(talk(conversation, text)[0])["changes"]
    assert isinstance(rows, list)
    assert rows[0]["occupation"] == code


def test_an_occupation_near_to_some_is_offered() -> None:
    conversation, _ = walk(begun("kk_ubah"), {**MAIN, "changes.element": "2"}, until="changes[0].occupation")
    _, facts = talk(conversation, "tukang")
    assert said(facts) == ["wrong_choice_unclear", "candidates"]


@pytest.mark.parametrize(
    ("caption", "field"),
    [
        ("ini surat polisi pak", "surat_kehilangan"),
        ("Surat kehilangan dari kepolisian", "surat_kehilangan"),
        ("KTP saya", "ktp"),
        ("e-ktp", "ktp"),
        ("selfie pegang ktp", "selfie_ktp"),
        ("foto diri", "selfie_ktp"),
    ],
)
def test_a_caption_says_what_a_photo_is_before_it_is_asked_for(caption: str, field: str) -> None:
    after, facts = talk(LOST, replace(photo(1), caption=caption), context=stranger())
    assert files(after) == {field: "f-1"}
    assert said(facts) == ["photo_kept", "kk_hilang.nik.ask"]


def test_photos_in_any_order_end_in_the_same_request() -> None:
    album = [replace(photo(1), caption="selfie"), replace(photo(2), caption="ktp"), photo(3)]
    conversation, facts = talk(LOST, *album, NIK, KK, context=stranger())
    assert said(facts) == ["summary"]
    filed = completed(conversation, stranger()).draft
    assert {file.field: file.file_id for file in filed.attachments} == {"surat_kehilangan": "f-3", "ktp": "f-2", "selfie_ktp": "f-1"}


def test_a_photo_without_a_word_is_kept_until_somebody_says_what_it_is() -> None:
    conversation, facts = talk(LOST, photo(1), context=stranger())
    assert said(facts) == ["photo_which"]
    listed = [name for name, *_ in TEXTS.rows([fact for fact in facts if isinstance(fact, Say)])]
    assert listed == ["photo:surat_kehilangan", "photo:ktp", "photo:selfie_ktp"]
    named, facts = talk(conversation, WORDS.read_choice("photo:ktp", "KTP-el"), context=stranger())
    assert files(named) == {"ktp": "f-1"}
    assert said(facts) == ["photo_kept", "kk_hilang.nik.ask"]
    later, facts = talk(conversation, NIK, KK, context=stranger())
    assert said(facts) == ["kk_hilang.surat_kehilangan.ask", "photo_waiting"]
    assert files(talk(later, WORDS.read_choice("photo:surat_kehilangan", "x"), context=stranger())[0]) == {"surat_kehilangan": "f-1"}
    assert said(talk(named, WORDS.read_choice("photo:surat_kehilangan", "x"), context=stranger())[1])[0] == "photo_none"


def test_photos_that_nobody_named_are_dropped_in_the_end_and_are_few() -> None:
    conversation, _ = talk(LOST, photo(1), NIK, KK, *map(photo, (2, 3, 4)), context=stranger())
    _, facts = talk(conversation, "kirim", context=stranger())
    assert FilesDropped(("f-1",)) in facts
    full, _ = talk(LOST, *map(photo, range(1, MOST_LOOSE + 1)), context=stranger())
    assert not awaits_file(full, MENU, TODAY)
    assert said(talk(full, photo(1), context=stranger())[1]) == ["file_same_file"]
    assert FilesDropped(tuple(f"f-{number}" for number in range(1, MOST_LOOSE + 1))) in talk(full, "batal")[1]


def test_a_better_photo_replaces_the_one_that_its_caption_names() -> None:
    whole, _ = walk(begun("kk_hilang"), MAIN)
    old = files(whole)["ktp"]
    after, facts = talk(whole, replace(photo(7), caption="ktp yang lebih jelas"))
    assert files(after)["ktp"] == "f-7"
    assert FilesDropped((old,)) in facts
    assert said(facts) == ["photo_kept", "summary"]


def test_two_messages_that_come_together_are_both_honoured() -> None:
    conversation, _ = talk(begun("kk_hilang"), NIK, replace(photo(1), caption="ktp"), KK)
    question = question_of(conversation)
    assert question is not None
    assert question.name == "surat_kehilangan"
    assert files(conversation) == {"ktp": "f-1"}
