"""The dependencies of the handlers, fixed for a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from services.intake.domain.cards import ServiceCards
from services.intake.domain.desk_texts import DeskTexts
from services.intake.domain.docket import Limits
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.outreach.participation import CrudeRates
from services.intake.domain.studio.contents import StudioBook
from services.intake.domain.survey.invitations import SurveyRules
from services.intake.domain.survey.questions import SurveyQuestions
from services.intake.domain.texts import DialogueTexts
from services.intake.domain.words import Vocabulary
from services.intake.ports.audiences import AudienceReader
from services.intake.ports.bundles import BundleFiles, BundleStore
from services.intake.ports.chats import ChatReader, Visitors
from services.intake.ports.clerk import ClerkReader
from services.intake.ports.figures import FigureReader
from services.intake.ports.files import Documents, FileStore, Media
from services.intake.ports.outreach import Funnel, SourceReader, SourceTrialReader, StepLog, TripReader
from services.intake.ports.readers import PeopleReader, RequestReader
from services.intake.ports.register_state import RegisterStateReader
from services.intake.ports.reports import ReportPrinter
from services.intake.ports.studio import PieceReader
from services.intake.ports.survey import SurveyReader
from services.intake.ports.tries import StatusTries, Tries
from services.intake.ports.village import VillageReader
from services.intake.ports.webhook_log import WebhookLog
from services.intake.ports.words import LiveWords, WordReader
from shared.clock import Clock
from shared.reference.catalogue import Catalogue
from shared.reference.residents import Residents
from shared.reference.village_changes import VillageHistory
from shared.reference.working_hours import WorkingHours
from shared.values import Receipt


@dataclass(frozen=True, slots=True)
class Deps:
    """The dependencies of the handlers, fixed for a process.

    `officer_answer`: working time within which an officer answers whoever asks for one. `messages_a_minute`: of one sender; who writes
    faster is told once. `phone_number_id`: our number's id at WhatsApp. `new_token`: for the address of a page of one person.
    """

    clock: Clock
    new_id: Callable[[], str]
    new_receipt: Callable[[], Receipt]
    office: WorkingHours
    catalogue: Catalogue
    menu: ServiceMenu
    words: LiveWords
    word_reader: WordReader
    texts: DialogueTexts
    cards: ServiceCards
    webhook_log: WebhookLog
    files: FileStore
    media: Media
    register: RequestReader
    documents: Documents
    people: PeopleReader
    limits: Limits
    audiences: AudienceReader
    chats: ChatReader
    visitors: Visitors
    villages: VillageReader
    clerks: ClerkReader
    sources: SourceReader
    steps: StepLog
    figures: FigureReader
    register_states: RegisterStateReader
    tries: Tries
    status_tries: StatusTries
    visits_an_address: int
    """How many visitors of a source's page count from one address in the same stretch of time."""
    funnel: Funnel
    passing_on: timedelta
    """How long somebody who was given the link that people pass on is not given it again; 0: nobody is given it."""
    source_trials: SourceTrialReader
    trips: TripReader
    trips_start: str
    """The kecamatan from which teams leave."""
    source_counts: timedelta
    """How long after somebody came by a source what they begin is due to it."""
    file_max_bytes: int
    officer_lease: timedelta
    officer_answer: timedelta
    messages_a_minute: int
    chat_kept: timedelta
    """How long what is said in a chat is kept."""
    unknown_words_days: float
    desk_texts: DeskTexts
    phone_number_id: str
    survey: SurveyRules
    questions: SurveyQuestions
    surveys: SurveyReader
    reports: ReportPrinter
    studio: StudioBook
    pieces: PieceReader
    bundles: BundleStore
    bundle_files: BundleFiles
    bundles_kept: timedelta
    new_token: Callable[[], str]
    whatsapp_number: str
    """The number that links lead to, in E.164 without the plus; "" where the installation names none."""
    public_url: str
    residents: Residents
    village_history: VillageHistory
    crude_rates: CrudeRates

    @property
    def vocabulary(self) -> Vocabulary:
        """What people write, as it is understood now."""
        return self.words.vocabulary
