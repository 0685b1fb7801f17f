"""The MongoDB of verification: collections, indexes, documents, and the `Tx` of the handlers."""

from services.verification.store.cases import MongoCaseReader as MongoCaseReader
from services.verification.store.history import MongoHistoryReader as MongoHistoryReader
from services.verification.store.overview_reader import MongoOverviewReader as MongoOverviewReader
from services.verification.store.pauses import MongoPauseReader as MongoPauseReader
from services.verification.store.queue_reader import MongoQueueReader as MongoQueueReader
from services.verification.store.refills import refills_of as refills_of
from services.verification.store.registry import RegistryStore as RegistryStore
from services.verification.store.schema import ACCOUNTS as ACCOUNTS
from services.verification.store.schema import INDEXES as INDEXES
from services.verification.store.staff_reader import MongoStaffReader as MongoStaffReader
from services.verification.store.task_reader import MongoTaskReader as MongoTaskReader
from services.verification.store.tx import MongoTx as MongoTx
