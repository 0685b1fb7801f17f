"""The part of the unit of work that outreach needs: sources, the pieces of the studio, and the rows that count."""

from __future__ import annotations

from services.intake.domain.figures import FigureRow
from services.intake.domain.outreach.codes import completes
from services.intake.domain.outreach.funnel import CountedStep, QuestionStep
from services.intake.domain.outreach.measured import MeasuredPost
from services.intake.domain.outreach.source_trials import SourceTrial
from services.intake.domain.outreach.sources import OutreachSource
from services.intake.domain.outreach.trips import Trip
from services.intake.domain.studio.bundles import PieceBundle
from services.intake.domain.studio.pieces import Piece
from services.intake.store.bundles import BUNDLES
from services.intake.store.measured import MEASURED
from services.intake.store.pieces import PIECES
from services.intake.store.source_trials import SOURCE_TRIALS
from services.intake.store.sources import SOURCES, find_beginning, find_slipped
from services.intake.store.steps import STEPS, row_write
from services.intake.store.trips import TRIPS
from shared.mongo import ChangeTracker, Collection


class OutreachTx:
    """What `store.tx.MongoTx` has of outreach."""

    _unit: ChangeTracker
    _sources: Collection

    async def find_source(self, code: str) -> OutreachSource | None:
        return await self._unit.find(SOURCES, code)

    async def find_source_by_ad(self, ad: str) -> OutreachSource | None:
        doc = await self._sources.find_one({"ads": {"$eq": ad, "$gt": ""}}, {"_id": 1})
        return await self.find_source(doc["_id"]) if doc else None

    async def find_source_told_on(self, teller: str) -> OutreachSource | None:
        return await self._unit.find_one_by(SOURCES, {"told_on_from": teller})

    async def find_standing_source(self, place: str, village: str, account: str) -> OutreachSource | None:
        return await self._unit.find_one_by(SOURCES, {"place": place, "village": village, "account": account, "retired_at": None})

    async def complete_source(self, part: str) -> OutreachSource | None:
        if not part:
            return None
        code = completes(part, await find_beginning(self._sources, part))
        near = [code] if code else await find_slipped(self._sources, part)
        return await self.find_source(near[0]) if len(near) == 1 else None

    async def source(self, code: str) -> OutreachSource:
        return await self._unit.get(SOURCES, code)

    def add_source(self, source: OutreachSource) -> None:
        self._unit.assume_absent(SOURCES, source.code)
        self._unit.add(SOURCES, source)

    def save_source(self, source: OutreachSource) -> None:
        self._unit.save(SOURCES, source)

    async def find_piece(self, piece_id: str) -> Piece | None:
        return await self._unit.find(PIECES, piece_id)

    def add_piece(self, piece: Piece) -> None:
        self._unit.add(PIECES, piece)

    async def find_bundle(self, bundle_id: str) -> PieceBundle | None:
        return await self._unit.find(BUNDLES, bundle_id)

    def add_bundle(self, bundle: PieceBundle) -> None:
        self._unit.add(BUNDLES, bundle)

    def save_bundle(self, bundle: PieceBundle) -> None:
        self._unit.save(BUNDLES, bundle)

    def add_source_trial(self, trial: SourceTrial) -> None:
        self._unit.assume_absent(SOURCE_TRIALS, trial.trial_id)
        self._unit.add(SOURCE_TRIALS, trial)

    async def trip(self, trip_id: str) -> Trip:
        return await self._unit.get(TRIPS, trip_id)

    def add_trip(self, trip: Trip) -> None:
        self._unit.assume_absent(TRIPS, trip.trip_id)
        self._unit.add(TRIPS, trip)

    def save_trip(self, trip: Trip) -> None:
        self._unit.save(TRIPS, trip)

    def count_step(self, step: CountedStep | QuestionStep) -> None:
        self._unit.defer(STEPS, row_write(step.row))

    def count_figure(self, figure: FigureRow) -> None:
        self._unit.defer(STEPS, row_write(figure.row))

    async def find_measured_post(self, publication: str) -> MeasuredPost | None:
        return await self._unit.find(MEASURED, publication)

    async def is_measured(self, code: str) -> bool:
        return await self._unit.find_one_by(MEASURED, {"source": code}) is not None

    def keep_measured_post(self, post: MeasuredPost) -> None:
        if self._unit.version(MEASURED, post.publication):
            self._unit.save(MEASURED, post)
        else:
            self._unit.add(MEASURED, post)
