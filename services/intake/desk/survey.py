"""`/desk/survei`: the satisfaction survey: its index and parts, who answered, what was written; as PDF and workbook, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk import survey_files as files
from services.intake.desk import survey_words as words
from services.intake.desk.room import DeskRoom
from services.intake.domain.survey.report import SurveyLine, SurveyReport, report_of, village_lines
from shared.clock import WIB
from shared.errors import NotFound
from shared.web.desk import StaffMember, signed_in, xlsx
from shared.web.desk.overview import number
from shared.web.desk.pages import address

PATH: Final = words.PATH
_SHOWN_MONTHS: Final = 12  # where no others are asked for
_OFFERED_MONTHS: Final = 24
_MOST_REMARKS: Final = 50
_MONTH: Final = r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$"
_YEAR_MONTHS: Final = 12

Reader = Annotated[StaffMember, signed_in("survey:read")]


class SurveyFilter(BaseModel):
    """What the address says. `pokok`: a topic of what was written."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    dari: Annotated[str, Field(pattern=_MONTH)] = ""
    sampai: Annotated[str, Field(pattern=_MONTH)] = ""
    layanan: Annotated[str, Field(max_length=63)] = ""
    pokok: Annotated[str, Field(max_length=20)] = ""


Filter = Annotated[SurveyFilter, Query()]


@dataclass(frozen=True, slots=True)
class _Period:
    """The months that are looked at, both included."""

    first: str
    last: str


class _SurveyPages:
    """The page and its files, with what they have in common."""

    def __init__(self, room: DeskRoom) -> None:
        self.room = room

    async def report(self, asked: SurveyFilter) -> SurveyReport:
        """Return what the filter means; a service that is none filters nothing."""
        deps, period = self.room.deps, _period(asked, self.room.deps.clock())
        service = asked.layanan if deps.catalogue.find(asked.layanan) else ""
        return report_of(await deps.surveys.tallies(period.first, period.last), period.first, period.last, service, deps.survey)

    async def villages(self, report: SurveyReport) -> Sequence[SurveyLine]:
        """Return the villages in the year of a report's last month: of all services, for they are counted so."""
        return village_lines(await self.room.deps.surveys.villages(report.last[:4]), self.room.deps.survey)

    async def show(self, request: Request, member: StaffMember, asked: SurveyFilter) -> Response:
        """Return the page."""
        deps, room = self.room.deps, self.room
        report = await self.report(asked)
        await room.units.note(room.entry(member, "survey.read", "survey"))
        topics = {topic.code: topic.name for topic in deps.questions.topics}
        topic = asked.pokok if asked.pokok in topics else ""
        least = deps.survey.smallest_cell
        return room.pages.show(
            request,
            "survey.html",
            member,
            asked=asked,
            report=report,
            pictures=list(words.pictures(report, deps.questions, deps.catalogue, query_of(asked))),
            number=number,
            grade=words.GRADE_STATES[report.index.grade] if report.index else None,
            index=words.index_words(report.whole.value),
            period=words.period_words(report),
            service_name=deps.menu.title(report.service) if report.service else "Semua layanan",
            facts=files.facts_of(report, least),
            note=files.note_of(report, deps),
            plans=files.plans_of(report, deps.questions),
            sexes=words.rows_of(report.sexes, words.SEXES, least),
            ages=words.rows_of(report.ages, words.AGE_WORDS, least),
            village_rows=words.village_rows(await self.villages(report), deps.village_history.name),
            year=report.last[:4],
            least=least,
            remarks=await deps.surveys.remarks(report.first, report.last, report.service, topic, _MOST_REMARKS),
            most_remarks=_MOST_REMARKS,
            topic_names=topics,
            topic_options=[("", "Semua pokok"), *topics.items()],
            month_options=_months_offered(deps.clock()),
            service_options=[("", "Semua layanan"), *((code, deps.menu.title(code)) for code in deps.catalogue.services)],
            here=query_of(asked),
        )


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    pages = _SurveyPages(room)
    _looking(routes, pages)
    _taking_along(routes, pages)
    return routes


def _looking(routes: APIRouter, pages: _SurveyPages) -> None:
    @routes.get(PATH)
    async def page(request: Request, asked: Filter, member: Reader) -> Response:
        return await pages.show(request, member, asked)

    @routes.get(f"{PATH}/gambar/{{name}}")
    async def picture(request: Request, name: str, asked: Filter, member: Reader) -> Response:
        """Show one picture alone, for the script that counts anew each minute."""
        deps = pages.room.deps
        made = words.pictures(await pages.report(asked), deps.questions, deps.catalogue, query_of(asked))
        found = next((each for each in made if each.name == name), None)
        if found is None:
            raise NotFound("picture_not_found", "There is no such picture.")
        return pages.room.pages.show(request, "picture.html", member, picture=found, number=number)


def _taking_along(routes: APIRouter, pages: _SurveyPages) -> None:
    room = pages.room

    @routes.get(f"{PATH}/unduh-pdf")
    async def paper(asked: Filter, member: Reader) -> Response:
        """Send the report in the ministry's form; who did it is noted."""
        report, at = await pages.report(asked), room.deps.clock()
        await room.units.note(room.entry(member, "survey.exported", "survey", detail={"file": "pdf"}))
        pdf = await room.deps.reports.pdf("survey_report", files.sheet_of(report, room.deps, at), at)
        return Response(pdf, media_type="application/pdf", headers=_as_file(report, "pdf"))

    @routes.get(f"{PATH}/unduh-xlsx")
    async def workbook(asked: Filter, member: Reader) -> Response:
        """Send the same as a workbook; who did it is noted."""
        report = await pages.report(asked)
        await room.units.note(room.entry(member, "survey.exported", "survey", detail={"file": "xlsx"}))
        return StreamingResponse(
            xlsx.chunks(files.sheets_of(report, room.deps, await pages.villages(report))),
            media_type=xlsx.MEDIA_TYPE,
            headers=_as_file(report, "xlsx"),
        )


def query_of(asked: SurveyFilter, **changes: Any) -> str:
    """Return the filter as it stands in an address, from its question mark on."""
    return address("", **{name: value for name, value in (asked.model_dump() | changes).items() if value})


def _as_file(report: SurveyReport, kind: str) -> dict[str, str]:
    name = "-".join(filter(None, ("survei-kepuasan", report.service, report.first, report.last)))
    return {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.{kind}"'}


def _period(asked: SurveyFilter, at: datetime) -> _Period:
    """Return the months that are asked for, turned where they stand the wrong way round; else the last twelve."""
    today = at.astimezone(WIB).date()
    last = asked.sampai or _month(today, 0)
    first = asked.dari or _month(date(int(last[:4]), int(last[5:]), 1), _SHOWN_MONTHS - 1)
    return _Period(min(first, last), max(first, last))


def _month(day: date, before: int) -> str:
    """Return the month so many months before a day's."""
    months = day.year * _YEAR_MONTHS + day.month - 1 - before
    return f"{months // _YEAR_MONTHS}-{months % _YEAR_MONTHS + 1:02d}"


def _months_offered(at: datetime) -> list[tuple[str, str]]:
    today = at.astimezone(WIB).date()
    found = [_month(today, before) for before in range(_OFFERED_MONTHS)]
    return [(month, words.month_words(month)) for month in found]
