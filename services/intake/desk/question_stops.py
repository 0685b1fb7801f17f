"""The questions of a service at which people give up, in the order of its form: a picture, and the sentence with what to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from services.intake.desk.question_words import QuestionWords
from services.intake.domain import asking
from services.intake.domain.answers import OpenQuestion
from services.intake.domain.chat import Draft, Say
from services.intake.domain.counting import SMALL
from services.intake.domain.forms import SELFIE_FIELD
from services.intake.domain.outreach.funnel import SUMMARY, FunnelStep, StepCounts
from services.intake.ports import Deps
from shared.reference.forms import Form
from shared.web.desk.overview import Column, Lead, Picture, PictureRow, Shade
from shared.web.desk.words import count, decimal

_PERCENT: Final = 100
_ADVICE: Final[Mapping[str, str]] = {
    "document": "Fotonya belum ada di tangan warga. Sebutkan di poster dan di kalimat pembuka layanan ini, supaya disiapkan lebih dulu.",
    "nik": "Nomornya tidak dihafal. Tulis di kalimatnya letak nomor itu di kartu mana.",
    "kk_number": "Nomornya tidak dihafal. Tulis di kalimatnya letak nomor itu: di bagian atas Kartu Keluarga.",
    "choice": "Pilihannya belum terasa cocok. Pendekkan pilihannya, atau tambah penjelasan untuk yang ragu.",
    "yes_no": "Pertanyaannya belum jelas. Tulis apa yang terjadi bila dijawab ya dan bila tidak.",
    "date": "Beri contoh tanggal yang lengkap, dan sebutkan surat tempat tanggal itu tertulis.",
    "group": "Mengisi beberapa orang terasa panjang. Katakan di awal berapa orang yang diperlukan.",
    "summary": "Semua sudah dijawab, tetapi belum dikirim. Ingatkan dengan siaran “Permohonan belum selesai”.",
    "selfie": "Foto diri membuat ragu. Jelaskan untuk apa foto itu dan siapa yang melihatnya.",
}
_DIALOGUE: Final = "services/intake/templates/dialogue.toml"
_FORM: Final = "services/intake/templates/forms/{group}.toml"
_OTHERWISE: Final = "Tulis kalimatnya lebih pendek, dan beri satu contoh jawaban."
_TOO_FEW: Final = "Terlalu sedikit untuk disimpulkan"
_SUMMARY: Final = "Ringkasan menunggu dikirim"
_CHANGED: Final = "Formulirnya sudah berubah sejak itu. Lihat apakah pertanyaan penggantinya lebih lancar."
_GONE: Final = "Pertanyaan yang sudah tidak ada di formulir"


@dataclass(frozen=True, slots=True)
class SentencePlace:
    """Where the sentence of a question stands: a file of the product, and its entry there."""

    file: str
    entry: str


@dataclass(frozen=True, slots=True)
class QuestionStop:
    """How many stopped at one question. `place`: where its sentence stands; `is_few`: too few to conclude anything."""

    service: str
    title: str
    sentence: str
    advice: str
    place: SentencePlace | None
    count: int
    share: float

    @property
    def is_few(self) -> bool:
        """Whether so few stopped here that the next one may change the picture."""
        return self.count < SMALL


@dataclass(frozen=True, slots=True)
class ServiceStops:
    """The questions of a service at which people stopped, in the form's order, with how many began and filed."""

    code: str
    name: str
    stops: tuple[QuestionStop, ...]
    began: int
    submitted: int

    @property
    def count(self) -> int:
        """How many drafts ended without a request."""
        return sum(stop.count for stop in self.stops)

    @property
    def worst(self) -> QuestionStop:
        """The question at which most stopped."""
        return max(self.stops, key=lambda stop: stop.count)


@dataclass(frozen=True, slots=True)
class _Question:
    name: str
    title: str
    sentence: str
    kind: str
    place: SentencePlace | None = None


def service_stops(deps: Deps, by: Mapping[str, StepCounts], totals: Mapping[str, StepCounts]) -> list[ServiceStops]:
    """Return the services at which people gave up, most first. `by`: counts by question; `totals`: by service."""
    stopped: dict[str, dict[str, int]] = {}
    for code, counts in by.items():
        service, _, name = code.partition(".")
        if number := counts.get(FunnelStep.STOPPED, 0):
            stopped.setdefault(service, {})[name] = number
    found = [_service(deps, service, names, totals.get(service, {})) for service, names in stopped.items()]
    return sorted(found, key=lambda each: (-each.count, each.name))


STOP_COLUMNS: Final = (
    *("Layanan", "Kode", "Pertanyaan", "Berhenti", "Dari yang berhenti (%)", "Mulai mengisi", "Mengajukan"),
    *("Kalimat di percakapan", "Berkas", "Bagian", "Yang bisa diubah"),
)


def stop_lines(found: Iterable[ServiceStops]) -> Iterator[Sequence[str]]:
    """Yield the rows of the file, under `STOP_COLUMNS`."""
    for each in found:
        for stop in each.stops:
            place = (stop.place.file, stop.place.entry) if stop.place else ("", "")
            counted = (str(stop.count), decimal(stop.share), str(each.began), str(each.submitted))
            advice = _TOO_FEW if stop.is_few else stop.advice
            yield (each.name, each.code, stop.title, *counted, stop.sentence, *place, advice)


def stops_picture(stops: ServiceStops, leads_to: str, part: str) -> Picture:
    """Return where people gave up, in the order in which they are asked. `part`: the address of its page, from which it is asked anew."""
    worst = stops.worst
    found = f"{count(worst.count)} dari {count(stops.count)} yang berhenti, berhenti di “{worst.title}”"
    return Picture(
        name=f"berhenti-{stops.code}",
        finding=f"{found} ({decimal(worst.share)} %)" if stops.count >= SMALL else f"Baru {count(stops.count)} isian berhenti",
        about=f"{stops.name}: isian yang berakhir tanpa permohonan, menurut pertanyaan yang terbuka, dalam urutan bertanya",
        subject="Pertanyaan",
        columns=(Column("Berhenti di sini", Shade.SOON),),
        lines=tuple(PictureRow(stop.title, (stop.count,)) for stop in stops.stops),
        lead=Lead("Corong layanan ini", leads_to),
        teaches="Begitu ada isian yang berakhir tanpa permohonan, di sini terlihat di pertanyaan mana.",
        shown=12,
        is_wide=True,
        part=f"{part}#{stops.code}",  # each has one of its own
    )


def _service(deps: Deps, service: str, names: Mapping[str, int], totals: StepCounts) -> ServiceStops:
    form = deps.menu.form_of(service)
    known = {each.name: each for each in (_questions(deps, service, form) if form else ())}
    order = {name: number for number, name in enumerate(known)}
    whole, title = sum(names.values()), deps.menu.title(service)
    stops = [
        _stop(known.get(name) or _Question(name, _GONE, "", ""), title, number, whole)
        for name, number in sorted(names.items(), key=lambda row: order.get(row[0], len(order)))
    ]
    return ServiceStops(service, title, tuple(stops), totals.get(FunnelStep.BEGAN, 0), totals.get(FunnelStep.SUBMITTED, 0))


def _stop(question: _Question, title: str, number: int, whole: int) -> QuestionStop:
    advice = _ADVICE.get(question.kind, _OTHERWISE) if question.title != _GONE else _CHANGED
    return QuestionStop(title, question.title, question.sentence, advice, question.place, number, _PERCENT * number / whole)


def _place(deps: Deps, asked: Say) -> SentencePlace:
    """Return where a sentence stands: that of a question within a group is what is asked, not the line around it."""
    inner = asked.values.get("ask")
    name = deps.texts.name_of(inner if isinstance(inner, Say) else asked)
    group, _, entry = name.partition(".")
    if not entry:
        return SentencePlace(_DIALOGUE, group)
    section, _, key = entry.rpartition(".")
    return SentencePlace(_FORM.format(group=group), f"[{section}] {key}")


def _questions(deps: Deps, service: str, form: Form) -> Iterator[_Question]:
    """Yield every question that a form may ask, in its order, with its title and the sentence of the chat."""
    draft = Draft(service, datetime.min.replace(tzinfo=UTC), form.version)
    words = QuestionWords(deps, draft, form, date.max)
    for field in (*form.fields, SELFIE_FIELD):
        opened = [OpenQuestion(field, field.name)]
        if field.is_group:
            cells = [OpenQuestion(cell, f"{field.name}[0].{cell.name}", field) for cell in field.fields]
            least, most = field.count
            opened = [*cells, *([OpenQuestion(field, f"{field.name}[]", field, least, asks_more=True)] if most > least else [])]
        for question in opened:
            asked = asking.ask(draft, question, deps.menu)[0]
            said = deps.texts.say(asked).replace("*", "").strip()
            kind = "selfie" if field is SELFIE_FIELD else "group" if question.asks_more else question.field.type
            yield _Question(question.name, words.of(question).title, said, kind, _place(deps, asked))
    yield _Question(SUMMARY, _SUMMARY, "", "summary")
