"""The dependencies of intake's handlers, from the environment and the store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.intake.domain.cards import cards_of
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.outreach.participation import CrudeRates
from services.intake.ports import Deps, StatusTries
from services.intake.settings import Settings
from services.intake.store import (
    CountTables,
    FunnelCells,
    MongoAudienceReader,
    MongoBundles,
    MongoChatReader,
    MongoClerkReader,
    MongoFigureReader,
    MongoPeopleReader,
    MongoPieceReader,
    MongoRegisterStateReader,
    MongoRequestReader,
    MongoSourceReader,
    MongoSourceTrialReader,
    MongoStepLog,
    MongoSurveyReader,
    MongoTries,
    MongoTripReader,
    MongoVillageReader,
    MongoVisitors,
    MongoWordReader,
)
from services.intake.wiring.live_words import TemplateWords
from services.intake.wiring.office import catalogue_of, limits_of, office_of
from services.intake.wiring.outside import Outside
from services.intake.wiring.studio import read_studio
from services.intake.wiring.survey import read_questions, survey_rules
from services.intake.wiring.texts import TEMPLATES, read_card_words, read_desk_texts, read_texts
from shared.clock import Clock
from shared.ids import new_id, new_receipt, new_token
from shared.mongo import Mongo
from shared.reference.catalogue import Catalogue
from shared.reference.residents import read_residents
from shared.reference.village_changes import read_village_changes


def dependencies(settings: Settings, mongo: Mongo, database: str, clock: Clock, outside: Outside) -> Deps:
    """Return the dependencies of the handlers."""
    services, office = catalogue_of(settings), office_of(settings, clock)
    menu, word_reader = ServiceMenu.of(services, settings.open_services or services.online()), MongoWordReader(mongo, database)
    texts = read_texts(TEMPLATES, settings.office_address, settings.office_phone)
    return Deps(
        clock=clock,
        new_id=new_id,
        new_receipt=new_receipt,
        office=office,
        catalogue=services,
        menu=menu,
        words=TemplateWords(TEMPLATES, menu, word_reader),
        word_reader=word_reader,
        texts=texts,
        cards=cards_of(menu, texts, read_card_words(TEMPLATES / "cards.toml")),
        webhook_log=outside.webhook_log,
        files=outside.files,
        media=outside.media,
        documents=outside.documents,
        limits=limits_of(settings),
        tries=MongoTries(mongo, database, clock, timedelta(minutes=settings.status_tries_minutes)),
        status_tries=StatusTries(settings.status_tries_a_receipt, settings.status_tries_an_address),
        visits_an_address=settings.visits_an_address,
        file_max_bytes=settings.file_max_bytes,
        officer_lease=timedelta(minutes=settings.officer_lease_minutes),
        officer_answer=timedelta(hours=settings.officer_answer_hours),
        messages_a_minute=settings.chat_messages_a_minute,
        chat_kept=timedelta(days=settings.chat_log_days),
        unknown_words_days=settings.unknown_words_days,
        desk_texts=read_desk_texts(TEMPLATES / "desk.toml"),
        phone_number_id=settings.whatsapp_phone_number_id,
        survey=survey_rules(settings),
        questions=read_questions(TEMPLATES / "survey.toml"),
        new_token=new_token,
        **_studio(settings, outside),
        **_reaching_out(settings),
        **_readers(mongo, database, services, clock),
    )


def _studio(settings: Settings, outside: Outside) -> dict[str, Any]:
    """Return what pieces and reports are made with, by the names of the dependencies."""
    return {
        "reports": outside.reports,
        "studio": read_studio(TEMPLATES / "studio", settings),
        "bundle_files": outside.bundle_files,
        "bundles_kept": timedelta(days=settings.bundle_days),
    }


def _reaching_out(settings: Settings) -> dict[str, Any]:
    """Return what the office decided about reaching people, by the names of the ports."""
    return {
        "source_counts": timedelta(days=settings.source_days),
        "whatsapp_number": settings.whatsapp_number,
        "public_url": settings.public_url,
        "trips_start": settings.trips_start,
        "passing_on": timedelta(days=settings.neighbour_rest_days),
        "residents": read_residents(settings.residents_file),
        "village_history": read_village_changes(settings.village_changes_file),
        "crude_rates": CrudeRates(settings.births_per_thousand, settings.deaths_per_thousand),
    }


def _readers(mongo: Mongo, database: str, services: Catalogue, clock: Clock) -> dict[str, Any]:
    """Return what reads the store outside a unit of work, by the names of the ports."""
    tables = CountTables(mongo, database, clock)
    return {
        "register": MongoRequestReader(mongo, database, services),
        "register_states": MongoRegisterStateReader(mongo, database),
        "people": MongoPeopleReader(mongo, database),
        "audiences": MongoAudienceReader(mongo, database),
        "chats": MongoChatReader(mongo, database),
        "visitors": MongoVisitors(mongo, database, clock),
        "villages": MongoVillageReader(mongo, database, services),
        "clerks": MongoClerkReader(mongo, database, services),
        "sources": MongoSourceReader(mongo, database),
        "funnel": FunnelCells(tables),
        "source_trials": MongoSourceTrialReader(mongo, database),
        "trips": MongoTripReader(mongo, database),
        "steps": MongoStepLog(mongo, database, clock),
        "bundles": MongoBundles(mongo, database, clock),
        "pieces": MongoPieceReader(mongo, database),
        "figures": MongoFigureReader(tables, clock),
        "surveys": MongoSurveyReader(mongo, database),
    }
