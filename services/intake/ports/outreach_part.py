"""The part of a unit of work that is about outreach: sources, pieces, trips, comparisons, and what is counted."""

from __future__ import annotations

from typing import Protocol

from services.intake.domain.figures import FigureRow
from services.intake.domain.outreach.funnel import CountedStep, QuestionStep
from services.intake.domain.outreach.measured import MeasuredPost
from services.intake.domain.outreach.source_trials import SourceTrial
from services.intake.domain.outreach.sources import OutreachSource
from services.intake.domain.outreach.trips import Trip
from services.intake.domain.studio.bundles import PieceBundle
from services.intake.domain.studio.pieces import Piece


class OutreachPart(Protocol):
    """What `Tx` has of outreach."""

    async def find_source(self, code: str) -> OutreachSource | None:
        """Return the source of a code, retired ones too."""

    async def find_source_by_ad(self, ad: str) -> OutreachSource | None:
        """Return the source of an advertisement."""

    async def find_source_told_on(self, teller: str) -> OutreachSource | None:
        """Return the source that people of another one pass on."""

    async def find_standing_source(self, place: str, village: str, account: str) -> OutreachSource | None:
        """Return a source of a place of one village, or one account, that is not retired."""

    async def complete_source(self, part: str) -> OutreachSource | None:
        """Return the only source whose code begins with what is left of one, else the only one of whose code it is a slip; else None."""

    async def source(self, code: str) -> OutreachSource:
        """Return the source of a code; NotFound where there is none."""

    def add_source(self, source: OutreachSource) -> None:
        """Store a new source; of two who give the same code at once, the second one's commit fails."""

    async def find_piece(self, piece_id: str) -> Piece | None:
        """Return a piece of the studio; None where it was not made."""

    def add_piece(self, piece: Piece) -> None:
        """Store a new piece; of two who make the same one at once, the second one finds it."""

    async def find_bundle(self, bundle_id: str) -> PieceBundle | None:
        """Return a bundle of pieces; None where it was not ordered."""

    def add_bundle(self, bundle: PieceBundle) -> None:
        """Store a new bundle; of two who order the same one at once, the second one finds it."""

    def save_bundle(self, bundle: PieceBundle) -> None:
        """Store a bundle that begins anew."""

    def save_source(self, source: OutreachSource) -> None:
        """Store a changed one."""

    async def find_measured_post(self, publication: str) -> MeasuredPost | None:
        """Return how often a post had been shown when its numbers came last."""

    async def is_measured(self, code: str) -> bool:
        """Return whether a platform tells how often posts of a source are shown."""

    def keep_measured_post(self, post: MeasuredPost) -> None:
        """Keep what was looked for before."""

    def add_source_trial(self, trial: SourceTrial) -> None:
        """Store a new comparison of two sources."""

    async def trip(self, trip_id: str) -> Trip:
        """Return a trip to the villages; NotFound where there is none."""

    def add_trip(self, trip: Trip) -> None:
        """Store a new trip."""

    def save_trip(self, trip: Trip) -> None:
        """Store a changed one."""

    def count_step(self, step: CountedStep | QuestionStep) -> None:
        """Count a step, once: the same key again changes nothing."""

    def count_figure(self, figure: FigureRow) -> None:
        """Count what the public figures are made of, once."""
