"""Each of the twelve services walked from its first question to a form that the API's own check takes."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.intake.domain.chat import Button, Draft, FilesDropped, Say
from services.intake.domain.forms import SELFIE, ServiceMenu
from shared.reference.catalogue import catalogue
from shared.reference.forms import Field, Form
from tests.unit.intake.talks import (
    KK,
    MENU,
    NIK,
    SERVICES,
    TEXTS,
    WORDS,
    WORLD,
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

MAIN = {"nik": NIK, "kk_number": KK, "weight_grams": "3,2 kg", "length_cm": "49", "planned_on": "besok", "stays_until": "besok"}
WALKS: list[tuple[str, Mapping[str, str]]] = [
    ("kk_hilang", {}),
    ("kk_rusak", {}),
    ("ktp_hilang", {}),
    ("ktp_rusak", {}),
    ("akta_lahir", {"relation": "ayah", "parents": "1"}),
    ("akta_lahir", {"relation": "4", "parents": "married_unrecorded"}),
    ("akta_lahir", {"relation": "ibu", "parents": "Ibu saja", "born_on": "12 maret 1999"}),
    ("akta_lahir", {"relation": "3", "parents": "4"}),
    ("akta_lahir", {"relation": "ibu", "parents": "5", "elsewhere_citizenship": "wna"}),
    ("akta_lahir", {"relation": "ayah", "parents": "6", "elsewhere_citizenship": "1"}),
    ("lahir_mati", {"has_father": "ya"}),
    ("lahir_mati", {"has_father": "tidak"}),
    ("akta_mati", {"relation": "1", "was_head": "tidak"}),
    ("akta_mati", {"relation": "5", "was_head": "ya", "remaining": "1"}),
    ("akta_mati", {"relation": "6", "was_head": "betul", "remaining": "2"}),
    ("kk_ganti_kepala", {"remaining": "1", "relations[]0": "ya", "relations[]1": "iya"}),
    ("kk_ganti_kepala", {"remaining": "2"}),
    ("kk_baru", {"purpose": "1", "marriage_recorded": "ya", "home": "sewa", "others[]0": "ya"}),
    ("kk_baru", {"purpose": "1", "marriage_recorded": "belum", "home": "1"}),
    ("kk_baru", {"purpose": "2", "home": "1"}),
    *[("kk_ubah", {"changes.element": str(element)}) for element in range(1, 9)],
    ("kk_ubah", {"changes[]1": "ya", "changes[0].element": "1", "changes[1].element": "2", "changes[1].occupation": "9"}),
    ("kk_pisah", {"reason": "1", "moves": "ya", "leaving[]1": "ya"}),
    ("kk_pisah", {"reason": "2", "moves": "tidak"}),
    ("kk_numpang", {"minors_alone": "ya", "host_home": "sewa"}),
    ("kk_numpang", {"minors_alone": "tidak", "joining[]1": "ya"}),
    ("pindah", {"kind": "1", "reason": "7"}),
    ("pindah", {"kind": "2", "moving[]1": "ya", "remaining": "1", "card": "2"}),
    ("pindah", {"kind": "3", "remaining": "2"}),
    ("pindah", {"kind": "4", "minors_alone": "ya"}),
    ("pindah_dalam", {"card": "1", "kind": "1", "reason": "7", "home": "sewa"}),
    ("pindah_dalam", {"card": "2", "kind": "4", "minors_alone": "ya"}),
    ("pindah_dalam", {"card": "1", "kind": "3", "remaining": "2", "home": "1"}),
    ("pindah_dalam", {"card": "1", "kind": "2", "remaining": "1", "home": "1"}),
    ("datang", {"card": "1", "home": "sewa", "arriving.marital": "2"}),
    ("datang", {"card": "2", "home": "1", "arriving[]1": "ya"}),
    ("datang", {"card": "3"}),
    ("pindah_ln", {"country": "malaysia", "kind": "1", "reason": "7"}),
    ("pindah_ln", {"kind": "2", "moving[]1": "ya", "remaining": "1"}),
    ("pindah_ln", {"kind": "3", "remaining": "2"}),
    ("pindah_ln", {"kind": "4", "minors_alone": "ya"}),
    ("datang_ln", {"leaving_letter": "skpln", "card": "1", "home": "sewa", "arriving.marital": "2"}),
    ("datang_ln", {"leaving_letter": "kbri", "card": "2", "home": "1", "arriving[]1": "ya"}),
    ("datang_ln", {"leaving_letter": "tidak punya", "card": "3"}),
    ("akta_ln", {"event": "lahir", "has_nik": "belum", "has_father": "ya", "issuer": "1"}),
    ("akta_ln", {"event": "lahir", "has_nik": "sudah", "has_father": "tidak", "issuer": "kbri"}),
    ("akta_ln", {"event": "nikah", "partner_citizenship": "wna"}),
    ("akta_ln", {"event": "cerai", "partner_citizenship": "wni"}),
    ("akta_ln", {"event": "4"}),
    ("konsolidasi", {"institution": "1"}),
    ("konsolidasi", {"institution": "lainnya"}),
    ("pengaduan", {"topic": "2", "anonymous": "ya"}),
    ("pengaduan", {"topic": "2", "anonymous": "tidak", "happened_on": "kemarin"}),
    ("ktp_rekam", {"born_on": "12-3-2010", "ever_married": "belum", "needs_visit": "tidak"}),
    ("ktp_rekam", {"born_on": "12-3-1950", "needs_visit": "ya"}),
    *[(service, {}) for service in ("ikd", "akta_kawin", "akta_cerai")],
    ("orang_asing", {"foreigner_matter": "sktt"}),
    ("buka_blokir", {"block_cause": "belum pernah direkam", "in_care": "tidak"}),
    ("penduduk_nonpermanen", {"stay_reason": "2", "stays_since": "kemarin", "home": "sewa"}),
    ("rentan", {"reporter": "2", "vulnerability": "terlantar", "in_care": "ya"}),
    ("rentan", {"reporter": "1", "vulnerability": "korban bencana alam", "in_care": "tidak"}),
    ("biodata", {"card": "1", "marital": "2", "home": "sewa", "born_on": "1-7-1971", "married_on": "3-4-1995"}),
    ("biodata", {"card": "2", "marital": "1", "born_on": "1-7-1971"}),
    ("kia_hilang", {"turned_five": "sudah", "carers": "wali"}),
    ("kia_hilang", {"turned_five": "sudah", "carers": "1"}),
    ("kia_rusak", {"turned_five": "belum", "carers": "1"}),
    ("kia_rusak", {"turned_five": "ya", "carers": "3"}),
    ("kia_baru", {"turned_five": "ya", "carers": "ayah dan ibu"}),
    ("kia_baru", {"turned_five": "belum", "carers": "wali"}),
    ("kia_habis_masa", {"carers": "2"}),
    ("kia_habis_masa", {"carers": "1"}),
    ("kia_habis_masa", {"carers": "3"}),
    ("kia_pindah", {"turned_five": "ya", "has_card": "ya", "carers": "1"}),
    ("kia_pindah", {"turned_five": "belum", "has_card": "tidak", "carers": "3"}),
    ("ktp_ubah", {"card_is_right": "ya"}),
    ("ktp_ubah", {"card_is_right": "tidak", "changes[]1": "ya"}),
    *[("ktp_ubah", {"card_is_right": "belum", "changes.element": str(element)}) for element in range(1, 5)],
    ("pengakuan_anak", {"has_order": "tidak"}),
    ("pengakuan_anak", {"has_order": "ada"}),
    ("pengesahan_anak", {"parents_named": "ibu saja", "has_order": "belum ada"}),
    ("pengesahan_anak", {"parents_named": "2", "has_order": "ya"}),
    ("pengangkatan_anak", {"adopters": "suami dan istri"}),
    ("pengangkatan_anak", {"adopters": "2"}),
    ("pengangkatan_anak", {"adopters": "ibu angkat saja"}),
    ("kutipan_kedua", {"certificate": "akta lahir", "parents_named": "bapak ibu", "reason": "hilang"}),
    ("kutipan_kedua", {"certificate": "kelahiran", "parents_named": "ibu saja", "reason": "rusak"}),
    ("kutipan_kedua", {"certificate": "meninggal", "reason": "3"}),
    ("ubah_nama", {}),
    ("akta_batal", {"certificate": "kelahiran", "annulled_for": "ganda", "annulled_by": "1"}),
    ("akta_batal", {"certificate": "1", "annulled_for": "2", "annulled_by": "putusan"}),
    (
        "akta_betul",
        {"certificate": "lahir", "corrections[]1": "ya", "corrections[0].element": "1", "corrections[1].element": "tempat lahir"},
    ),
    ("akta_betul", {"corrections[]1": "ya", "corrections[0].element": "ayah", "corrections[1].element": "nama ibu"}),
    ("akta_betul", {"corrections.element": "anak keberapa", "basis_kind": "ijazah"}),
    ("akta_betul", {"certificate": "kematian", "corrections.element": "tempat meninggal"}),
]


def raw_of(draft: Draft) -> dict[str, object]:
    """The body that an adapter would send with these answers."""
    documents = {file.field: {"file_id": file.file_id, "kind": file.kind} for file in draft.attachments if file.field != SELFIE}
    return {**draft.answers, **documents}


@pytest.mark.parametrize(("service", "answers"), WALKS)
def test_a_service_is_filled_from_the_first_question_to_the_last(service: str, answers: Mapping[str, str]) -> None:
    conversation, _ = walk(begun(service, stranger()), {**MAIN, **answers}, stranger())
    draft = completed(conversation, stranger()).draft
    form = MENU.forms[service]
    values, problems = form.read(raw_of(draft), stranger().today)
    assert problems == ()
    assert (draft.service, draft.form_version) == (service, form.version)
    assert form.wire(values) == draft.answers
    asks_selfie = catalogue().get(service).proves_identity
    assert (SELFIE in {file.kind for file in draft.attachments}) is asks_selfie, "whoever may be anybody, or has no KTP-el, shows none"


def test_every_question_of_every_service_is_asked_somewhere() -> None:
    asked = {(service, name) for service, answers in WALKS for name in walk(begun(service), {**MAIN, **answers})[1]}
    for service in SERVICES:
        for field in MENU.forms[service].fields:
            names = [f"{field.name}.{cell.name}" for cell in field.fields] or [field.name]
            assert {(service, name) for name in names} <= asked


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_begins_with_what_it_is_what_is_needed_how_long_and_that_it_is_free(service: str) -> None:
    _, facts = talk(begun(service), "batal", f"service:{service}")
    _, facts = talk(talk(begun(service), "batal")[0], WORDS.read_choice(f"service:{service}", ""))
    text = TEXTS.say(facts[0])  # type: ignore[arg-type]  # it is a Say
    assert "gratis" in text
    asked = catalogue().get(service)
    if asked.promise_hours:
        assert f"{asked.promise_hours:g} jam kerja" in text
    if asked.stages is not None:
        assert f"{asked.stages.finish_days} hari kerja" in text
    assert "BATAL" in text


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_called_by_its_number_its_name_and_its_words(service: str) -> None:
    number = list(MENU.forms).index(service) + 1
    for called in (str(number), MENU.title(service), *catalogue().get(service).words):
        assert WORDS.read_text(called).service == service, called


def test_a_row_says_which_one_it_is() -> None:
    conversation, _ = walk(begun("akta_lahir"), MAIN, until="witnesses[0].name")
    assert "Saksi 1 dari 2" in spoken(talk(conversation, "halo")[1])
    assert "Saksi 2 dari 2" in spoken(talk(conversation, "Budi")[1])
    conversation, _ = walk(begun("kk_pisah"), MAIN, until="leaving[0].relation")
    assert "Anggota yang pisah 1*" in spoken(talk(conversation, "halo")[1])


def test_a_group_that_may_grow_is_asked_for_one_more_until_there_is_none() -> None:
    conversation, _ = walk(begun("kk_numpang"), MAIN, until="joining[]")
    assert said(talk(conversation, "hm")[1])[0] == "wrong_yes_no_unclear"
    conversation, facts = talk(conversation, "ya")
    assert said(facts)[0] == "ask_in_row"
    conversation, _ = walk(conversation, {}, until="joining[]")
    assert conversation.draft is not None
    assert len(conversation.draft.answers["joining"]) == 2
    conversation, _ = talk(conversation, "tidak")
    question = question_of(conversation)
    assert question is not None
    assert question.name == "minors_alone"


def test_a_group_with_all_its_rows_asks_for_no_more() -> None:
    conversation, asked = walk(begun("kk_ubah"), {**MAIN, **{f"changes[]{row}": "ya" for row in range(30)}})
    assert asked.count("changes.nik") == 10
    assert question_of(conversation) is None


def test_another_answer_closes_fields_and_their_files_are_dropped() -> None:
    conversation, _ = walk(begun("akta_lahir"), {**MAIN, "parents": "1"})
    conversation, facts = talk(conversation, "ubah 4", "ibu saja")
    assert said(facts) == ["summary"], "what was answered for a mother alone is there already"
    assert "NIK ayah" not in spoken(facts)
    _, facts = talk(conversation, "kirim")
    (dropped,) = (fact for fact in facts if isinstance(fact, FilesDropped))
    draft = completed(conversation).draft
    assert "father_nik" not in draft.answers
    assert {file.field for file in draft.attachments} == {"surat_kelahiran", "kk"}
    assert len(dropped.file_ids) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_every_line_of_the_summary_can_be_changed(service: str) -> None:
    whole, _ = walk(begun(service), MAIN)
    lines = spoken(talk(whole, "halo")[1]).count("\n")
    assert lines
    number = 0
    while True:
        number += 1
        changed, facts = talk(whole, f"ubah {number}")
        if said(facts)[0] == "change_which":
            break
        assert question_of(changed) is not None
        again, _ = walk(changed, MAIN)
        assert question_of(again) is None
        assert completed(again).draft.answers.keys() == completed(whole).draft.answers.keys()
    assert number > len(completed(whole).draft.answers)


@pytest.mark.parametrize("service", SERVICES)
def test_kembali_takes_back_one_answer_after_another_down_to_the_first(service: str) -> None:
    conversation, asked = walk(begun(service), {**MAIN, "leaving[]1": "ya"})
    for _ in asked:
        conversation, facts = talk(conversation, "kembali")
        assert "nothing_back" not in said(facts)
    assert conversation.draft is not None
    assert not any(any(rows) for rows in conversation.draft.answers.values())
    assert conversation.draft.attachments == ()
    assert said(talk(conversation, "kembali")[1])[0] == "nothing_back"
    assert walk(conversation, {**MAIN, "leaving[]1": "ya"})[1] == asked


@pytest.mark.parametrize("service", SERVICES)
def test_the_summary_has_no_number_of_a_person_or_family(service: str) -> None:
    _, facts = talk(walk(begun(service), MAIN)[0], "halo")
    assert not [word for word in spoken(facts).replace(",", " ").split() if word.isdigit() and len(word) == len(NIK)]


def test_the_longest_form_fits_a_message() -> None:
    most = {"relations[]0": "ya"} | {f"relations[]{row}": "ya" for row in range(29)}
    conversation, _ = walk(begun("kk_ganti_kepala"), {**MAIN, **most})
    text = spoken(talk(conversation, "halo")[1])
    assert len(text) < 2000
    assert text.endswith("atau *BATAL*.")


@pytest.mark.parametrize(("service", "answers"), WALKS)
def test_the_summary_can_be_sent_off_by_a_button_as_long_as_names_are_not_of_the_longest(service: str, answers: Mapping[str, str]) -> None:
    conversation, _ = walk(begun(service, stranger()), {**MAIN, **answers}, stranger())
    _, facts = talk(conversation, "halo", context=stranger())
    _, buttons = TEXTS.join([fact for fact in facts if isinstance(fact, Say)][-1:])
    assert [button.id for button in buttons] == ["confirm", "change", "cancel"]


@pytest.mark.parametrize(
    ("until", "typed", "expected"),
    [
        ("relation", "12", "wrong_choice_unknown"),
        ("relation", "tetangga", "wrong_choice_unknown"),
        ("mother_nik", "123", "wrong_nik_not_16_digits"),
        ("mother_nik", KK, "wrong_nik_same_as_kk"),
        ("child_name", "Bayi", "wrong_name_one_word"),
        ("child_name", "Bayi 2", "wrong_name_has_digits"),
        ("born_on", "tahun depan", "wrong_date_malformed"),
        ("born_on", "31-2-2026", "wrong_date_impossible"),
        ("born_on", "1-1-2027", "wrong_date_in_future"),
        ("born_on", "1-1-1850", "wrong_date_too_long_ago"),
        ("born_at", "jam 31", "wrong_time_impossible"),
        ("birth_place", "Atlantis", "wrong_regency_unknown"),
        ("birth_order", "banyak", "wrong_number_malformed"),
        ("birth_order", "40", "wrong_number_out_of_range"),
        ("weight_grams", "90", "wrong_number_out_of_range"),
        ("witnesses[0].nik", f"{NIK} {KK}", "wrong_numbers_unclear"),
    ],
)
def test_a_wrong_answer_is_named_and_asked_again(until: str, typed: str, expected: str) -> None:
    conversation, _ = walk(begun("akta_lahir"), {**MAIN, "parents": "1"}, until=until)
    after, facts = talk(conversation, typed)
    assert said(facts)[0] == expected
    assert len(spoken(facts)) > len(TEXTS.say(facts[0]))  # type: ignore[arg-type]  # it is a Say
    assert (after.stage, after.draft) == (conversation.stage, conversation.draft)


@pytest.mark.parametrize(
    ("service", "until", "typed"),
    [
        ("akta_lahir", "child_sex", "P"),  # a greeting elsewhere
        ("akta_lahir", "child_sex", "2"),  # a service of the menu elsewhere
        ("akta_lahir", "birth_order", "10"),
        ("lahir_mati", "has_father", "ok"),  # a confirmation elsewhere
        ("lahir_mati", "cause", "ibu pindah datang terlalu jauh"),  # a service elsewhere
        ("kk_baru", "marriage_number", "akta nikah 12/3/2026"),  # a service in person elsewhere
        ("akta_lahir", "child_name", "Putri Pindah"),
    ],
)
def test_a_command_that_is_an_answer_here_is_taken_as_one(service: str, until: str, typed: str) -> None:
    conversation, _ = walk(begun(service), MAIN, until=until)
    before = question_of(conversation)
    after, _ = talk(conversation, typed)
    assert question_of(after) != before


@pytest.mark.parametrize("typed", ["lewati", "belum", "tidak pak", "LEWATI!"])
def test_what_need_not_be_answered_is_passed_over(typed: str) -> None:
    conversation, _ = walk(begun("akta_lahir"), MAIN, until="child_nik")
    assert TEXTS.join([fact for fact in talk(conversation, "halo")[1] if isinstance(fact, Say)])[1] == (Button("skip", "Lewati"),)
    assert said(talk(conversation, "2")[1])[0] != "akta_lahir.born_on.ask"
    conversation, facts = talk(conversation, typed)
    assert said(facts)[0] == "akta_lahir.born_on.ask"
    assert said(talk(conversation, "lewati")[1])[0] == "cannot_skip"
    assert said(talk(conversation, "kembali")[1])[0] == "akta_lahir.child_nik.ask"
    whole, _ = walk(conversation, MAIN)
    assert "child_nik" not in completed(whole).draft.answers


def test_places_that_may_be_several_are_offered() -> None:
    conversation, _ = walk(begun("kk_baru"), {**MAIN, "purpose": "2", "home": "1"}, until="village")
    _, facts = talk(conversation, "sukorejo")
    assert said(facts) == ["wrong_village_unclear", "candidates"]
    assert spoken(facts).count("- Sukorejo, Kecamatan ") == 2
    assert said(talk(conversation, "sukorejo kec saradan")[1]) == ["kk_baru.kk.ask"]


def test_a_photo_answers_the_document_that_is_asked_for() -> None:
    conversation, _ = walk(begun("akta_mati"), MAIN, until="surat_kematian")
    conversation, _ = talk(conversation, photo(7))
    assert conversation.draft is not None
    assert [(file.field, file.kind) for file in conversation.draft.attachments] == [("surat_kematian", "surat_kematian")]


def test_a_draft_of_an_older_form_goes_on_with_the_present_one() -> None:
    service = catalogue().get("kk_numpang")
    fields = [field for field in service.form.fields if field.name != "f_103b"]
    place = next(number for number, field in enumerate(fields) if field.name == "reason")
    fields[place : place + 1] = [replace(fields[place], choices="split_reason"), Field("kind", "choice", choices="basis")]
    newer = replace(service, form=Form(tuple(fields), version=service.form.version + 1))
    later = replace(WORLD, menu=ServiceMenu.of(replace(catalogue(), services={**catalogue().services, service.id: newer}), [service.id]))
    whole, _ = walk(begun("kk_numpang"), {**MAIN, "reason": "work"})
    assert whole.draft is not None
    conversation, asked = walk(talk(whole, "halo", context=later)[0], {}, later)
    assert asked == ["reason", "kind"], "the list of one is another one now, and the other is new"
    draft = completed(conversation, later).draft
    assert draft.form_version == service.form.version + 1
    assert {**draft.answers, "reason": "work"} == {**whole.draft.answers, "kind": draft.answers["kind"]}
    assert [file.field for file in draft.attachments] == ["kk", "f_103a"], "what the present form does not ask is left out"


@pytest.mark.parametrize(
    ("service", "until", "typed", "code"),
    [
        ("pindah", "destination", "Madiun", "move_is_inside"),
        ("pindah", "destination", "kab. madiun", "move_is_inside"),
        ("datang", "all_arrive", "tidak", "letter_must_be_split"),
        ("pindah_ln", "a_year", "tidak", "stay_is_short"),
        ("pindah_ln", "country", "Indonesia", "country_unknown"),
        ("pindah", "planned_on", "kemarin", "date_in_past"),
        ("datang", "letter_number", "SKPWNI/9999/22082026/1", "letter_regency_unknown"),
    ],
)
def test_an_answer_that_leads_elsewhere_is_told_before_a_photo_is_asked_for(service: str, until: str, typed: str, code: str) -> None:
    conversation, asked = walk(begun(service), MAIN, until=until)
    assert "kk" not in asked
    again, facts = talk(conversation, typed)
    assert said(facts)[0] == f"wrong_{code}"
    assert again.draft == conversation.draft


def test_kota_madiun_is_another_office() -> None:
    conversation, _ = walk(begun("pindah"), MAIN, until="destination")
    _, facts = talk(conversation, "kota madiun")
    assert "wrong_move_is_inside" not in said(facts)


@pytest.mark.parametrize("element", ["jenis kelamin", "tanggal lahir"])
def test_sex_and_day_of_birth_are_no_slip_and_who_names_them_hears_what_is_needed(element: str) -> None:
    conversation, _ = walk(begun("akta_betul"), MAIN, until="corrections.element")
    text = spoken(talk(conversation, element)[1])
    assert "Pengadilan Negeri" in text
    assert "NIK tidak berubah" in text


@pytest.mark.parametrize("certificate", ["perkawinan", "akta nikah", "akta perceraian", "pengakuan anak"])
def test_who_wants_an_extract_that_is_made_at_the_counter_hears_so_at_once_and_what_to_bring(certificate: str) -> None:
    _, facts = talk(begun("kutipan_kedua"), certificate)
    text = spoken(facts)
    assert "loket Disdukcapil" in text
    assert "surat kehilangan" in text
