"""The MongoDB of intake: collections, their indexes with the query that needs each, and the `Tx` and readers over them."""

from services.intake.store.audiences import MongoAudienceReader as MongoAudienceReader
from services.intake.store.bundles import MongoBundles as MongoBundles
from services.intake.store.cells import FunnelCells as FunnelCells
from services.intake.store.cells import MongoFigureReader as MongoFigureReader
from services.intake.store.chats import MongoChatReader as MongoChatReader
from services.intake.store.contacts import MongoPeopleReader as MongoPeopleReader
from services.intake.store.count_tables import CountTables as CountTables
from services.intake.store.court_cases import MongoClerkReader as MongoClerkReader
from services.intake.store.files_over import MongoFilesOver as MongoFilesOver
from services.intake.store.pieces import MongoPieceReader as MongoPieceReader
from services.intake.store.refills import refills_of as refills_of
from services.intake.store.register_state import MongoRegisterStateReader as MongoRegisterStateReader
from services.intake.store.requests import MongoRequestReader as MongoRequestReader
from services.intake.store.schema import INDEXES as INDEXES
from services.intake.store.source_trials import MongoSourceTrialReader as MongoSourceTrialReader
from services.intake.store.sources import MongoSourceReader as MongoSourceReader
from services.intake.store.steps import MongoStepLog as MongoStepLog
from services.intake.store.survey import MongoSurveyReader as MongoSurveyReader
from services.intake.store.tries import MongoTries as MongoTries
from services.intake.store.trips import MongoTripReader as MongoTripReader
from services.intake.store.tx import MongoTx as MongoTx
from services.intake.store.uploads import UsedFiles as UsedFiles
from services.intake.store.village_drafts import MongoVillageReader as MongoVillageReader
from services.intake.store.visitors import MongoVisitors as MongoVisitors
from services.intake.store.webhook_log import MongoWebhookLog as MongoWebhookLog
from services.intake.store.words import MongoWordReader as MongoWordReader
