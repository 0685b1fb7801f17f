"""A court's decision in words: the fields of its form by sections, what is wrong with them, and what came of each party."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from services.intake.domain.chat import Say
from services.intake.domain.clerk import CUSTODY, CourtDraft, groups, paths
from services.intake.domain.clerk_reading import VILLAGE, may_be_meant, village_code
from services.intake.domain.requests import Request, RequestState
from services.intake.ports import Deps, ReadCase
from shared.errors import FieldProblem
from shared.reference.decision_kinds import DecisionKind, case_fields, decision_kinds
from shared.reference.forms import Field
from shared.reference.forms.types import TYPES
from shared.values import Malformed
from shared.web.desk import State, Tone
from shared.web.desk.words import masked_number

STATES: Final[Mapping[RequestState, State]] = MappingProxyType(
    {
        RequestState.RETURNED: State("Dikembalikan, perlu diperbaiki", Tone.WAIT, icon="arrow-back-up"),
        RequestState.REJECTED: State("Tidak dapat dikabulkan", Tone.BAD, icon="circle-x"),
        RequestState.SUBMITTED: State("Sedang diperiksa dinas", Tone.INFO, icon="hourglass"),
        RequestState.APPROVED: State("Disetujui, dokumen dibuat", Tone.INFO, icon="circle-check"),
        RequestState.ISSUED: State("Dokumen terbit", Tone.GOOD, icon="circle-check"),
        RequestState.READY: State("Dokumen terbit", Tone.GOOD, icon="circle-check"),
        RequestState.DELIVERED: State("Dokumen terbit", Tone.GOOD, icon="circle-check"),
        RequestState.UNDELIVERED: State("Dokumen terbit", Tone.GOOD, icon="circle-check"),
        RequestState.VOID: State("Dokumen batal dibuat", Tone.BAD, icon="circle-x"),
    }
)
"""What became of a party's documents, as a court reads it; the order says which speaks for a case of several parties."""
RECORDED: Final = State("Tercatat, tanpa dokumen", Tone.GOOD, icon="circle-check")
ELSEWHERE: Final = State("Diurus dinas lain", Tone.IDLE, icon="info-circle")
_CASE: Final = "Perkara"
_DECISION: Final = "Isi putusan"
_VILLAGE_LABEL: Final = "Desa/kelurahan tempat tinggal sekarang"
_HINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        VILLAGE: "Nama desa di Kabupaten Madiun. Di luar itu: kode desa 10 angka dari Kemendagri.",
        "notified_on": "Kosongkan bila semua pihak hadir.",
        "deed_number": "Misalnya 194/AC/2026/PA.Kab.Mn",
        "final_on": "Putusan yang belum BHT belum dapat dicatat.",
    }
)
_SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "answer_missing": "Belum diisi.",
        "group_too_few": "Tambahkan paling sedikit satu.",
        "case_number_malformed": "Bentuk nomor perkara salah. Contoh: 40/Pdt.G/2026/PA.Kab.Mn.",
        "nik_date_impossible": "Tanggal lahir di dalam NIK itu tidak mungkin. Periksa lagi angkanya.",
        "village_unclear": "Ada beberapa desa dengan nama itu. Tulis dengan kecamatannya",
        "text_too_long": "Terlalu panjang.",
        "date_malformed": "Tanggal tidak terbaca. Tulis misalnya 12-3-2026.",
        "date_without_year": "Tahunnya belum ada. Tulis misalnya 12-3-2026.",
        "number_malformed": "Tulis dengan angka.",
    }
)
"""Code -> what a clerk reads, where it is not what everybody reads of that code."""
_NOT_OF_AN_ID: Final = re.compile(r"[^a-z0-9_]+")
_DIGITS: Final = frozenset({"nik", "kk_number", "number", "phone"})
_MOST_OPTIONS_MEANT: Final = 4
_LINE: Final = 200  # characters of a field that says no other limit


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the page."""

    path: str
    label: str
    value: str = field(repr=False)
    read_as: str = field(repr=False)
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    problem: str = ""
    is_optional: bool = False
    has_digits: bool = False
    has_villages: bool = False
    is_wide: bool = False
    most: int = _LINE

    @property
    def id(self) -> str:
        """The id of its element."""
        return id_of(self.path)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that stand together: `rows` has one list of them, of a group as many as it has rows. `name`: of the person or group."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    name: str = ""
    problem: str = ""
    fewest: int = 0
    most: int = 0
    about: str = ""
    is_group: bool = False

    @property
    def id(self) -> str:
        """The id of its element; empty where it is nobody's."""
        return id_of(self.name) if self.name else ""


def id_of(path: str) -> str:
    """Return a path as the id of an element: `children[0].nik` is `f-children-0-nik`."""
    return f"f-{_NOT_OF_AN_ID.sub('-', path).strip('-')}"


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """The words of one draft."""

    deps: Deps
    draft: CourtDraft
    today: date

    @property
    def kind(self) -> DecisionKind:
        """The kind of the decision."""
        return decision_kinds()[self.draft.kind]

    def label(self, path: str) -> str:
        """Return what a field is called."""
        if path.endswith(f".{VILLAGE}"):
            owner = path.partition(".")[0]
            return f"{_VILLAGE_LABEL} {self.kind.labels.get(owner, '').lower()}".strip()
        if path.endswith(f".{CUSTODY}"):
            return self.kind.label(path).replace("NIK pemegang hak asuh", "Hak asuh")
        return self.kind.label(path)

    def sections(self, problems: Sequence[FieldProblem] = ()) -> list[Section]:
        """Return the form: the case, whom it names, what was decided, then the rows."""
        said = {problem.field: self.sentence(problem) for problem in problems}
        cells = {path: self._cell(path, each, said.get(path, "")) for path, each in paths(self.kind, self.draft.rows)}
        return list(self._sections(cells, said))

    def sentence(self, problem: FieldProblem) -> str:
        """Return what is wrong with a field."""
        code, reasons = problem.code, self.deps.texts.reasons
        text = _SENTENCES.get(code) or reasons.get(code)
        if text is None:
            limits = {"min": "", "max": "", "unit": "", "max_length": "", "years": "", "detail": ""}
            text = self.deps.texts.say(Say(f"wrong_{code}", limits)).replace("*", "") if f"wrong_{code}" in self.deps.texts.texts else ""
        if code == "village_unclear":
            meant = list(may_be_meant(self.draft.values.get(problem.field, ""), self.today).values())[:_MOST_OPTIONS_MEANT]
            return f"{text}: {'; '.join(meant)}." if meant else f"{text}."
        return text or "Periksa lagi isian ini."

    def filled(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return what is filled in by sections, each field with its words: for whoever looks it through before it goes."""
        found: list[tuple[str, list[tuple[str, str]]]] = []
        for section in self.sections():
            for number, row in enumerate(section.rows, start=1):
                shown = [(cell.label, cell.read_as) for cell in row if cell.value]
                if shown:
                    found.append((f"{section.title} {number}" if section.is_group else section.title, shown))
        return found

    def _sections(self, cells: Mapping[str, Cell], said: Mapping[str, str]) -> Iterator[Section]:
        kind = self.kind
        yield Section(_CASE, (tuple(cells[each.name] for each in case_fields()),))
        for each in kind.own_fields:
            if each.name in kind.persons:
                row = tuple(cells[f"{each.name}.{inner.name}"] for inner in each.fields)
                about = "Boleh dikosongkan." if each.optional else ""
                yield Section(kind.labels[each.name], (row,), each.name, said.get(each.name, ""), about=about)
        plain = tuple(cells[each.name] for each in kind.own_fields if not each.is_group)
        if plain:
            yield Section(_DECISION, (plain,))
        for each in groups(kind):
            rows = tuple(
                tuple(cells[f"{each.name}[{number}].{inner.name}"] for inner in each.fields)
                for number in range(self.draft.rows.get(each.name, 0))
            )
            problem = said.get(each.name, "")
            yield Section(kind.labels[each.name], rows, each.name, problem, each.count[0], each.count[1], is_group=True)

    def _cell(self, path: str, each: Field, problem: str) -> Cell:
        inner = path.rpartition(".")[2]
        value = self.draft.values.get(path, "")
        return Cell(
            path=path,
            label=_VILLAGE_LABEL if each.name == VILLAGE else self._short_label(path),
            value=value,
            read_as=self._read_as(each, value),
            options=self._options(each),
            hint=_HINTS.get(inner, "Tulis misalnya 12-3-2026" if each.type == "date" and "." not in path and not value else ""),
            problem=problem,
            is_optional=each.optional,
            has_digits=each.type in _DIGITS,
            has_villages=each.name == VILLAGE,
            is_wide=each.limits.max_length > _LINE,
            most=max(each.limits.max_length, _LINE),
        )

    def _short_label(self, path: str) -> str:
        """Return a label within its section, which names the person or the row."""
        plain = re.sub(r"\[\d+\]", "", path)
        found = self.kind.labels.get(plain, plain)
        return "Hak asuh pada" if plain.endswith(f".{CUSTODY}") else found

    def _options(self, each: Field) -> Sequence[tuple[str, str]]:
        if each.name == CUSTODY:
            return tuple((role, self.kind.labels[role]) for role in self.kind.served)
        if each.type == "yes_no":
            return (("ya", "Ya"), ("tidak", "Tidak"))
        return tuple(each.codes(self.today).rows.items()) if each.choices else ()

    def _read_as(self, each: Field, text: str) -> str:
        """Return a text as it was understood; as it is where it can't be."""
        if options := self._options(each):
            return dict(options).get(text, text)
        try:
            if each.name == VILLAGE:
                return TYPES["village"].show(village_code(text, self.today), each.setup(self.today))
            return each.show(each.parse(text, self.today), self.today) if each.type == "date" else text
        except Malformed:
            return text


@dataclass(frozen=True, slots=True)
class PartyOutcome:
    """What came of one party: the state in words, why, and the documents that were issued."""

    role: str
    name: str = field(repr=False)
    nik: str = field(repr=False)
    state: State
    receipt: str = ""
    reasons: tuple[str, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    promised: str = ""


def outcomes(deps: Deps, read: ReadCase, elsewhere: Mapping[str, str]) -> list[PartyOutcome]:
    """Return what came of each party. `elsewhere`: the office that serves a party, by role."""
    decision = read.case.decision
    kind = decision_kinds()[decision.kind]
    requests = {one.party: request for one, request in zip(read.case.requests, read.requests, strict=True)}
    return [
        _outcome(deps, kind.labels[role], (person.name, masked_number(person.nik)), requests.get(role), elsewhere.get(role, ""))
        for role, person in decision.persons
        if role in requests or role in elsewhere or not kind.served
    ]


def _outcome(deps: Deps, role: str, person: tuple[str, str], request: Request | None, office: str) -> PartyOutcome:
    if request is None:
        return PartyOutcome(role, *person, ELSEWHERE if office else RECORDED, reasons=(office,) if office else ())
    lines = deps.texts.reason_list(request.reasons).splitlines()
    return PartyOutcome(
        role,
        *person,
        STATES[request.state],
        request.receipt,
        tuple(line.removeprefix("• ") for line in lines),
        tuple((deps.catalogue.products[each.product].document, each.number) for each in request.issued),
        deps.texts.moment(request.promised_at) if request.promised_at and request.is_in_review else "",
    )


def state_of(read: ReadCase) -> State:
    """Return the state that speaks for a case: what the court must do first, then what lasts longest."""
    states = {request.state for request in read.requests}
    return next((said for state, said in STATES.items() if state in states), RECORDED)


def title_of(read: ReadCase) -> str:
    """Return the names that a case is known by."""
    return " dan ".join(person.name for _, person in read.case.decision.persons[:2])
