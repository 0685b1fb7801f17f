"""The job of bundles: makes the piece of each village and puts it into the file.

Killed at any point, another process begins anew: the pieces that were made are found again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import partial
from typing import Final

from services.intake.domain.studio.pieces import PieceForm, PieceMedium, PieceWish
from services.intake.handlers import file_name_of, make_piece, print_piece, text_of_piece, view_piece
from services.intake.ports import BundleArchive, BundleFiles, BundleWork, Deps, Tx
from shared.errors import AppError, BadInput, DomainError
from shared.logs import get
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.poller import Poller
from shared.reference.regions import find_village

POLL_SECONDS: Final = 1.0  # whoever ordered one watches the page
LEASE_SECONDS: Final = 60.0  # three times what one village may take
_LIST: Final = "daftar.csv"
_LIST_HEAD: Final = ("berkas", "desa", "kode", "tautan")

_log = get("jobs")


class BundlePacking:
    """Works off the bundles that wait, one after the other."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units

    def poller(self) -> Poller:
        """Return the loop that does it."""
        return Poller("bundles", self.turn, poll_seconds=POLL_SECONDS)

    async def turn(self) -> None:
        """Pack every bundle that waits; delete the files whose time is over."""
        for bundle_id in await self._deps.bundles.expired():
            await self._files.delete(bundle_id)
            await self._deps.bundles.remove(bundle_id)
        while (work := await self._deps.bundles.claim(LEASE_SECONDS)) is not None:
            try:
                await self._pack(work)
            except AppError as error:  # it is taken up again when its lease is over, some times
                _log.warning("bundle.left", bundle=work.bundle.bundle_id, code=error.code, detail=error.detail)

    @property
    def _files(self) -> BundleFiles:
        return self._deps.bundle_files

    async def _pack(self, work: BundleWork) -> None:
        bundle = work.bundle
        form = self._deps.studio.kinds[bundle.order.wish.kind].form(bundle.order.form)
        if form is None:
            raise BadInput("piece_refused")
        left_out: list[tuple[str, str]] = []
        rows: list[Sequence[str]] = [_LIST_HEAD]
        async with self._files.write(bundle.bundle_id) as archive:
            for done, wish in enumerate(bundle.order.wishes(), 1):
                try:
                    rows.append(await self._add(archive, wish, form, bundle.made_by))
                except (BadInput, DomainError) as refused:
                    left_out.append((wish.village, refused.code))
                if not await self._deps.bundles.progress(work, done, LEASE_SECONDS):
                    raise DomainError("bundle_taken_over")
            archive.add(_LIST, _csv(rows))
        await self._deps.bundles.finish(work, left_out, await self._files.size(bundle.bundle_id))
        _log.info("bundle.ready", bundle=bundle.bundle_id, pieces=len(rows) - 1, left_out=len(left_out))

    async def _add(self, archive: BundleArchive, wish: PieceWish, form: PieceForm, by: str) -> Sequence[str]:
        """Make the piece of one village and put it into the file; return its row in the list."""
        piece = await self._units.run(partial(make_piece, deps=self._deps, wish=wish, by=by))
        view = await view_piece(self._deps, piece.piece_id)
        if form.medium is PieceMedium.TEXT:
            made = text_of_piece(self._deps, view, form).encode()
        else:
            made, _ = await print_piece(self._deps, view, form)
        name = file_name_of(view, form)
        archive.add(name, made)
        village = find_village(wish.village)
        return name, village.in_full if village else "", view.source.code, view.subject.link


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
