"""Puts together what publishes posts."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import httpx

from services.notifier.adapters.graph import Graph
from services.notifier.adapters.pieces import IntakePieces
from services.notifier.domain.posting.accounts import SocialAccount
from services.notifier.domain.posting.wording import ContactWays
from services.notifier.ports.posting import PostingDeps, PostingPolicy
from services.notifier.settings import Settings
from services.notifier.store import MongoPostEffects, MongoPostReader
from shared.child.process import ChildLimits
from shared.clock import Clock
from shared.inspection.files import InspectedFiles
from shared.inspection.inspector import Inspector, PhotoLimits
from shared.messaging.host import MessagingHost
from shared.mongo.files import Files
from shared.reference.outreach import outreach_lists
from shared.reference.working_hours import WorkingHours

PICTURES: Final = "post_pictures"
"""The bucket of posts' pictures."""
_MOST_PIXELS: Final = 40_000_000  # of a picture that is uploaded
_LONGEST_SIDE: Final = 2_048  # pixels: Instagram shows 1,440 across, Facebook 2,048
_NEVER: Final = 1_000_000.0


def posting_deps(settings: Settings, clock: Clock, host: MessagingHost, http: httpx.AsyncClient, inspector: Inspector) -> PostingDeps:
    """Return what is needed to publish."""
    mongo, database = host.mongo, host.database
    accounts = {each.code: SocialAccount(each.code, each.platform, each.name, each.node) for each in settings.social_accounts}
    tokens = {each.code: each.token.get_secret_value() for each in settings.social_accounts}
    lists = outreach_lists()
    return PostingDeps(
        accounts=accounts,
        ways=ContactWays(settings.whatsapp_number, settings.public_url, lists.any_service),
        policy=PostingPolicy(
            office=WorkingHours(closed_on=settings.office_closed_on, open_on=settings.office_open_on),
            unknown=timedelta(seconds=max(settings.post_unknown_seconds, settings.answer_seconds)),
            look_prepared=timedelta(seconds=settings.post_prepared_seconds),
            measure_every=timedelta(minutes=settings.post_measure_minutes),
            answer_hours=timedelta(hours=settings.post_answer_hours),
            answers_with_link=settings.post_answers_with_link,
            picture_most_bytes=settings.post_picture_max_bytes,
        ),
        graph=Graph(http, base_url=settings.graph_url, version=settings.graph_version, tokens=tokens, clock=clock),
        reader=MongoPostReader(mongo, database),
        effects=MongoPostEffects(mongo, database),
        pictures=InspectedFiles(Files(mongo, database, PICTURES, clock), inspector),
        pieces=IntakePieces(http, base_url=settings.intake_url, api_key=settings.intake_api_key.get_secret_value()),
        said=lists.said,
        pictures_url=settings.post_pictures_url or settings.public_url,
        is_storage_low=host.storage.is_low,
    )


def picture_inspector(settings: Settings) -> Inspector:
    """Return what makes pictures anew (ADR 43); what is judged of photos of papers is nothing here."""
    limits = ChildLimits(
        order_seconds=settings.inspection_seconds,
        start_seconds=settings.inspection_start_seconds,
        memory_mib=settings.inspection_memory_mib,
        orders_per_life=settings.inspection_files_per_life,
    )
    photo = PhotoLimits(_MOST_PIXELS, _LONGEST_SIDE, dark_below=0, blurred_below=0, cut_above=_NEVER, max_pages=1, max_objects=1)
    return Inspector(photo, limits)
