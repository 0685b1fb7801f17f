"""What intake reads from others: photos at WhatsApp, documents at issuance."""

from __future__ import annotations

import httpx

from services.intake.adapters.issued_documents import IssuedDocuments
from services.intake.adapters.whatsapp_media import MediaLimits, WhatsappMedia
from services.intake.domain.drafting import DOCUMENT_TYPES
from services.intake.settings import Settings
from shared.mongo.files import Files


def media_of(settings: Settings, files: Files, http: httpx.AsyncClient | None) -> WhatsappMedia:
    """Return the reader of what people send, at WhatsApp."""
    limits = MediaLimits(
        max_bytes=settings.media_max_bytes,
        media_types=DOCUMENT_TYPES,
        hosts=settings.whatsapp_media_hosts,
        allow_http=settings.whatsapp_url.startswith("http://"),
    )
    token = settings.whatsapp_access_token.get_secret_value()
    api_url = f"{settings.whatsapp_url.rstrip('/')}/{settings.whatsapp_version}"
    return WhatsappMedia(files, api_url=api_url, token=token, limits=limits, client=http)


def documents_of(settings: Settings) -> IssuedDocuments:
    """Return the reader of issuance's documents."""
    key = settings.issuance_api_key.get_secret_value()
    return IssuedDocuments(settings.issuance_url, key, timeout_seconds=settings.issuance_timeout_seconds)
