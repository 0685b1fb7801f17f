"""What intake reads from others: photos at WhatsApp, documents at issuance; and how what comes in is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import httpx

from services.intake.adapters.bundle_files import ZipFiles
from services.intake.adapters.issued_documents import IssuedDocuments
from services.intake.adapters.reports.printer import TypstReports
from services.intake.adapters.whatsapp_media import MediaLimits, WhatsappMedia
from services.intake.domain.drafting import SENT_TYPES
from services.intake.ports import FileStore, WebhookLog
from services.intake.settings import Settings
from shared.child.process import ChildLimits
from shared.inspection.files import InspectedFiles
from shared.inspection.inspector import Inspector, PhotoLimits
from shared.mongo.files import Files

_REPORTS_PER_LIFE: Final = 500  # posters of all villages, and some


@dataclass(frozen=True, slots=True)
class Outside:
    """What handlers reach beside the unit of work. `files`: those of the bucket, of which nothing is kept that was not looked at."""

    files: FileStore
    webhook_log: WebhookLog
    media: WhatsappMedia
    documents: IssuedDocuments
    inspector: Inspector
    reports: TypstReports
    bundle_files: ZipFiles

    @classmethod
    def of(cls, settings: Settings, files: Files, bundles: ZipFiles, webhook_log: WebhookLog, http: httpx.AsyncClient | None) -> Self:
        """Put it together; nothing is opened. `http` is for calls to WhatsApp."""
        inspector = _inspector(settings)
        inspected = InspectedFiles(files, inspector)
        media = _media(settings, inspected, http)
        return cls(inspected, webhook_log, media, _documents(settings), inspector, report_printer(settings), bundles)

    async def close(self) -> None:
        """End the connections and the child process."""
        await self.media.close()
        await self.documents.close()
        await self.inspector.close()
        await self.reports.close()


def _inspector(settings: Settings) -> Inspector:
    photo = PhotoLimits(
        max_pixels=settings.photo_max_pixels,
        longest_side=settings.photo_longest_side,
        dark_below=settings.photo_dark_below,
        blurred_below=settings.photo_blurred_below,
        cut_above=settings.photo_cut_above,
        max_pages=settings.pdf_max_pages,
        max_objects=settings.pdf_max_objects,
    )
    limits = ChildLimits(
        order_seconds=settings.inspection_seconds,
        start_seconds=settings.inspection_start_seconds,
        memory_mib=settings.inspection_memory_mib,
        orders_per_life=settings.inspection_files_per_life,
    )
    return Inspector(photo, limits)


def report_printer(settings: Settings) -> TypstReports:
    """Return the printer of reports and pieces; its child starts with the first order."""
    limits = ChildLimits(
        order_seconds=settings.report_seconds,
        start_seconds=settings.inspection_start_seconds,
        memory_mib=settings.report_memory_mib,
        orders_per_life=_REPORTS_PER_LIFE,
        idle_seconds=settings.report_idle_seconds,
    )
    return TypstReports(limits)


def _media(settings: Settings, files: FileStore, http: httpx.AsyncClient | None) -> WhatsappMedia:
    limits = MediaLimits(
        max_bytes=settings.media_max_bytes,
        media_types=SENT_TYPES,
        hosts=settings.whatsapp_media_hosts,
        allow_http=settings.whatsapp_url.startswith("http://"),
    )
    token = settings.whatsapp_access_token.get_secret_value()
    api_url = f"{settings.whatsapp_url.rstrip('/')}/{settings.whatsapp_version}"
    return WhatsappMedia(files, api_url=api_url, token=token, limits=limits, client=http)


def _documents(settings: Settings) -> IssuedDocuments:
    key = settings.issuance_api_key.get_secret_value()
    return IssuedDocuments(settings.issuance_url, key, timeout_seconds=settings.issuance_timeout_seconds)
