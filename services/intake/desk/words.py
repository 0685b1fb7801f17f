"""`/desk/kata`: what people wrote that was not understood, and the words that the office adds, each tried before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.room import DeskRoom, officer_of
from services.intake.desk.word_words import REFUSALS, TrialRow, rows_of
from services.intake.domain.understanding import is_sure, understand
from services.intake.domain.word_book import LONGEST, MOST_WORDS, AddedWord, Trial
from services.intake.handlers import add_word, take_back_word
from shared.errors import DomainError, NotFound
from shared.web.desk import StaffMember, signed_in

PATH: Final = "/desk/kata"
_ROWS: Final = 50
_MOST_WORSE: Final = 5  # phrases that a refusal names

Teacher = Annotated[StaffMember, signed_in("words:teach")]
Phrase = Annotated[str, Form(max_length=400)]
MeaningCode = Annotated[str, Form(max_length=63)]
SameWord = Annotated[str, Form(max_length=LONGEST)]


class WordFilter(BaseModel):
    """What the address says; nothing that people wrote is in it.

    `baris`, `tambahan`: the first row of what was not understood, and of the words that were added. `ok`: what was just done.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    baris: Annotated[int, Field(ge=1, le=100_000)] = 1
    tambahan: Annotated[int, Field(ge=1, le=MOST_WORDS)] = 1
    ok: Literal["", "ditambah", "dicabut"] = ""


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the form, and how its trial came out."""

    phrase: str = ""
    meaning: str = ""
    same_as: str = ""
    trial: Trial | None = None


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    pages = _WordPages(room)
    _looking(routes, pages)
    _acting(routes, pages)
    return routes


class _WordPages:
    """The page, and what its routes have in common."""

    def __init__(self, room: DeskRoom) -> None:
        self.room = room

    async def show(
        self,
        request: Request,
        member: StaffMember,
        asked: WordFilter,
        wish: _Typed = _Typed(),
        *,
        sought: str = "",
        status: int = HTTPStatus.OK,
    ) -> Response:
        """Return the page. `sought`: what wordings are searched by."""
        deps, room = self.room.deps, self.room
        await room.units.note(room.entry(member, "words.read", "words"))
        await deps.words.refresh()
        since = deps.clock() - timedelta(days=deps.unknown_words_days)
        found = await deps.word_reader.unknown(sought, since, asked.baris - 1, _ROWS + 1)
        added = (await deps.word_reader.book()).search(sought)
        words = added[asked.tambahan - 1 :][:_ROWS]
        return room.pages.show(
            request,
            "words.html",
            member,
            status=status,
            asked=asked,
            sought=sought,
            wish=wish,
            rows=found[:_ROWS],
            following=asked.baris + _ROWS if len(found) > _ROWS else None,
            understood=self._understood,
            choices=self._meanings(),
            name_of=self.name_of,
            words=words,
            words_following=asked.tambahan + _ROWS if asked.tambahan - 1 + _ROWS < len(added) else None,
            days=deps.unknown_words_days,
            longest=LONGEST,
            **self._trial(wish.trial),
        )

    def name_of(self, meaning: str) -> str:
        """Return what a meaning is called."""
        service = self.room.deps.catalogue.find(meaning)
        return service.name if service is not None else self.room.deps.texts.title(f"about:{meaning}")

    def is_meaning(self, code: str) -> bool:
        """Return whether the lexicon knows this meaning."""
        return code in self.room.deps.vocabulary.lexicon.by_meaning

    def _trial(self, trial: Trial | None) -> dict[str, Any]:
        if trial is None:
            return {"shares": (), "refused": "", "worse": ()}
        shares: tuple[TrialRow, ...] = rows_of(trial)
        worse = [(phrase.text, self.name_of(phrase.code)) for phrase in trial.worse[:_MOST_WORSE]]
        return {"shares": shares, "refused": REFUSALS[trial.refusal] if trial.refusal else "", "worse": worse}

    def _meanings(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the meanings that a word may have, by group, each with its name."""
        codes = self.room.deps.vocabulary.lexicon.by_meaning
        services = [code for code in self.room.deps.catalogue.services if code in codes]
        others = sorted(set(codes) - set(services), key=self.name_of)
        return [(group, [(code, self.name_of(code)) for code in each]) for group, each in (("Layanan", services), ("Lainnya", others))]

    def _understood(self, wording: str) -> str:
        """Return as what a wording is understood by now; empty where it still is not."""
        found = understand(wording, self.room.deps.vocabulary.lexicon)
        return self.name_of(found[0][0]) if is_sure(found) else ""


def _looking(routes: APIRouter, pages: _WordPages) -> None:
    @routes.get(PATH)
    async def listed(request: Request, asked: Annotated[WordFilter, Query()], member: Teacher) -> Response:
        return await pages.show(request, member, asked)

    @routes.post(f"{PATH}/cari")
    async def search(
        request: Request,
        member: Teacher,
        q: Annotated[str, Form(max_length=80)] = "",
        baris: Annotated[int, Form(ge=1, le=100_000)] = 1,
        tambahan: Annotated[int, Form(ge=1, le=MOST_WORDS)] = 1,
    ) -> Response:
        """Search in the wordings and in the words that were added; what people wrote stands in no address."""
        return await pages.show(request, member, WordFilter(baris=baris, tambahan=tambahan), sought=" ".join(q.split()))

    @routes.post(f"{PATH}/coba")
    async def attempt(request: Request, member: Teacher, kata: Phrase = "", arti: MeaningCode = "", sama: SameWord = "") -> Response:
        """Show what a word would change; without a meaning only put it into the form."""
        word, trial = _word(kata, arti, sama), None
        if word.phrase and (word.same_as or pages.is_meaning(arti)):
            trial = await pages.room.deps.words.attempt(await pages.room.deps.word_reader.book(), word)
        return await pages.show(request, member, WordFilter(), _Typed(word.phrase, word.meaning, word.same_as, trial))


def _acting(routes: APIRouter, pages: _WordPages) -> None:
    room = pages.room

    @routes.post(f"{PATH}/tambah")
    async def add(request: Request, member: Teacher, kata: Phrase, arti: MeaningCode = "", sama: SameWord = "") -> Response:
        """Add a word that was tried; where it would do harm by now, show why."""
        word = _word(kata, arti, sama)
        if not word.same_as and not pages.is_meaning(arti):
            raise NotFound("meaning_not_found", "There is no such meaning.")
        entry = room.entry(member, "words.added", "words", detail={"word": word.phrase, "meaning": word.same_as or arti})
        try:
            await room.act(request, entry, lambda tx: add_word(tx, room.deps, word, officer_of(member)))
        except DomainError:
            trial = await room.deps.words.attempt(await room.deps.word_reader.book(), word)
            typed = _Typed(word.phrase, word.meaning, word.same_as, trial)
            return await pages.show(request, member, WordFilter(), typed, status=HTTPStatus.CONFLICT)
        return _back("ditambah")

    @routes.post(f"{PATH}/cabut")
    async def take_back(request: Request, member: Teacher, kata: Phrase) -> Response:
        """Take a word back."""
        entry = room.entry(member, "words.taken_back", "words", detail={"word": kata})
        await room.act(request, entry, lambda tx: take_back_word(tx, kata))
        return _back("dicabut")


def _word(phrase: str, meaning: str, same_as: str) -> AddedWord:
    """Return what was typed: with a meaning of its own where one was chosen, else as another word for one that is known."""
    same = "" if meaning else " ".join(same_as.split())
    return AddedWord(" ".join(phrase.split()), meaning, same_as=same)


def _back(done: str) -> Response:
    return RedirectResponse(f"{PATH}?ok={done}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})
