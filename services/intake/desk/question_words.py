"""A question of a form as a page says it: the chat's sentences without the chat's marks, its choices, and what was answered so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.intake.domain import asking
from services.intake.domain.answers import OpenQuestion, fields_of
from services.intake.domain.chat import Draft, Say
from services.intake.ports import Deps
from shared.errors import NotFound
from shared.reference.file_kinds import file_kinds
from shared.reference.forms import Field, Form, Unclear
from shared.values import Malformed

FILE_PROBLEMS: Final[Mapping[str, str]] = {
    "file_too_large": "Berkas itu terlalu besar ({size} MB). Pilih foto atau PDF di bawah {most} MB.",
    "media_type_not_accepted": f"Berkas itu bukan {file_kinds().words}. Pilih foto dari kamera atau galeri.",
    "file_empty": "Berkas itu kosong. Pilih fotonya sekali lagi.",
    "file_damaged": "Berkas itu rusak atau terpotong. Foto dokumennya sekali lagi.",
    "picture_too_large": "Gambar itu terlalu besar. Foto dokumennya dengan kamera HP, atau pilih gambar yang lebih kecil.",
    "pdf_encrypted": "PDF itu dikunci dengan sandi. Simpan tanpa sandi, atau foto lembarnya.",
    "pdf_too_many_pages": "PDF itu terlalu banyak halamannya. Pilih halaman dokumennya saja, atau foto lembarnya.",
    "pdf_too_complex": "PDF itu tidak bisa diperiksa. Foto lembarnya saja.",
    "pdf_has_script": "PDF itu berisi program, jadi tidak kami terima. Foto lembarnya saja.",
    "pdf_has_files": "PDF itu berisi berkas lain, jadi tidak kami terima. Foto lembarnya saja.",
    "same_file": "Foto itu sudah dipakai untuk dokumen lain. Pilih foto dokumen yang ditanyakan di sini.",
}
_TELLS_THE_CHAT: Final = ("Silakan", "Ketik", "Kirim")
"""Beginnings of sentences that tell a person what to do in a chat: a page has the field's name as its title instead."""
_TYPES_WITHOUT_HELP: Final = frozenset({"choice", "yes_no", "group", "document"})
_ROWS: Final = "[]"  # ends the path of the question whether a group gets one more row


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in words. `example`: an answer that is right; empty where the choices show it."""

    title: str
    hint: str
    example: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer beside the form, and the field by which it is changed."""

    name: str
    label: str
    answer: str


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The words of one draft's questions."""

    deps: Deps
    draft: Draft
    form: Form
    today: date

    def of(self, question: OpenQuestion) -> Asked:
        """Return the question in words."""
        asked = _plain(self._say(asking.ask(self.draft, question, self.deps.menu)[0]))
        row = ""
        if question.group is not None and not question.asks_more:
            row, _, asked = asked.partition("\n")
        first, _, rest = asked.partition("? ")
        is_question = "?" in asked and not asked.startswith(_TELLS_THE_CHAT)
        title = (f"{first}?" if rest else asked) if is_question else self._label(question)
        hint = self._help(question) or (rest if is_question else "")
        return Asked(f"{row}: {title}" if row else title, hint, self._example(question))

    def options(self, question: OpenQuestion) -> Sequence[tuple[str, str]]:
        """Return what can be chosen: value and words; nothing where the answer is written."""
        if question.asks_more or question.field.type == "yes_no":
            return (("ya", "Ya"), ("tidak", "Tidak"))
        if question.field.type != "choice":
            offered = question.field.offered(self.today)
            return tuple((question.field.kind.wire(each), question.field.show(each, self.today)) for each in offered)
        return tuple(question.field.codes(self.today).rows.items())

    def kinds(self, question: OpenQuestion) -> Sequence[tuple[str, str]]:
        """Return which papers answer a document's question, where it is one of several."""
        kinds = question.field.any_of if question.takes_file else ()
        return tuple((kind, self.deps.catalogue.attachment_name(kind)) for kind in kinds) if len(kinds) > 1 else ()

    def answers(self, question: OpenQuestion | None) -> list[Answered]:
        """Return what was answered so far, but for the open question's own field."""
        return list(self._answers((question.group or question.field).name if question else ""))

    def _answers(self, opened: str) -> Iterator[Answered]:
        values = self.form.values(self.draft.answers)
        documents = {file.field for file in self.draft.attachments}
        for each in fields_of(self.draft, self.form, self.today):
            if each.name == opened or not (each.name in values or each.name in documents or each.name in self.draft.closed):
                continue
            said = self._say(asking.shown(self.draft, each, values.get(each.name), self.today))
            label = _plain(self._say(asking.label(self.draft, each, self.deps.menu)))
            yield Answered(each.name, label, "terkirim" if each.is_document and each.name in documents else said)

    def _label(self, question: OpenQuestion) -> str:
        if question.takes_file:
            return f"Foto {_within(self.deps.catalogue.attachment_name(question.field.any_of[0]))}"
        return _plain(self._say(asking.sentence(self.draft, question.name, "label", question.field.type)))

    def _help(self, question: OpenQuestion) -> str:
        if question.asks_more:
            return ""
        own = f"{self.draft.service}.{question.name}.help", f"common.{question.name}.help"
        by_type = () if question.field.type in _TYPES_WITHOUT_HELP else (f"help_{question.field.type}",)
        try:
            return _plain(self._say(Say(own[0], {"document": self.deps.menu.document(question.field)}, otherwise=(own[1], *by_type))))
        except NotFound:
            return ""

    def _example(self, question: OpenQuestion) -> str:
        if question.asks_more or question.field.type in {"choice", "yes_no", "nik", "kk_number", "document"}:
            return ""
        return _plain(self._say(asking.sentence(self.draft, question.name, "example", question.field.type)))

    def _say(self, said: Say) -> str:
        return self.deps.texts.say(said)


def problem_sentence(deps: Deps, draft: Draft, path: str, wrong: Malformed, today: date) -> tuple[str, Mapping[str, str]]:
    """Return what is wrong with an answer, as a sentence, and what may have been meant: value and words."""
    form = deps.menu.form_of(draft.service)
    field = _field(form, path)
    if field is None:
        return deps.texts.texts["missing"], {}
    limits = field.limits
    values = {
        "min": str(limits.min if limits.min is not None else 0),
        "max": str(limits.max if limits.max is not None else "-"),
        "unit": limits.unit,
        "max_length": str(limits.max_length),
        "years": str(limits.within_years or "-"),
    }
    candidates = {code: field.show(code, today) for code in wrong.candidates} if isinstance(wrong, Unclear) else {}
    return _plain(deps.texts.say(Say(f"wrong_{wrong.code}", values))), candidates


def _field(form: Form | None, path: str) -> Field | None:
    if form is None:
        return None
    name, _, rest = path.removesuffix(_ROWS).partition("[")
    found = form.get(name)
    cell = rest.partition("].")[2]
    return next((each for each in found.fields if each.name == cell), None) if found is not None and cell else found


def _within(name: str) -> str:
    """Return the name of a paper within a sentence: `surat keterangan`, but `Kartu Keluarga` and `KTP-el`."""
    first, _, rest = name.partition(" ")
    return f"{first.lower()} {rest}" if rest[:1].islower() and first.istitle() else name


def _plain(text: str) -> str:
    """Return a sentence of the chat without its marks for bold and italic."""
    return text.replace("*", "").strip()
