"""MongoDB of issuance: collections, indexes, documents, and the `Tx` that handlers work with."""

from services.issuance.store.archive import GridFsArchive as GridFsArchive
from services.issuance.store.card_reader import MongoCardReader as MongoCardReader
from services.issuance.store.document_reader import MongoDocumentReader as MongoDocumentReader
from services.issuance.store.refills import REFILLS as REFILLS
from services.issuance.store.register_reader import MongoRegisterReader as MongoRegisterReader
from services.issuance.store.schema import ARCHIVE as ARCHIVE
from services.issuance.store.schema import INDEXES as INDEXES
from services.issuance.store.schema import RETIRED_INDEXES as RETIRED_INDEXES
from services.issuance.store.tx import MongoTx as MongoTx
