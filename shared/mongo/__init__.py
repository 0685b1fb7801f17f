"""The one door to MongoDB: connection, transactions, units of work, files."""

from pymongo import IndexModel as IndexModel
from pymongo import UpdateMany as UpdateMany
from pymongo import UpdateOne as UpdateOne

from shared.mongo.connection import Collection as Collection
from shared.mongo.connection import Database as Database
from shared.mongo.connection import Doc as Doc
from shared.mongo.connection import Mongo as Mongo
from shared.mongo.connection import Session as Session
from shared.mongo.connection import aggregate as aggregate
from shared.mongo.errors import CommitUnknown as CommitUnknown
from shared.mongo.errors import DatabaseUnavailable as DatabaseUnavailable
from shared.mongo.errors import DriverError as DriverError
from shared.mongo.errors import LostRace as LostRace
from shared.mongo.errors import is_duplicate_key as is_duplicate_key
from shared.mongo.errors import is_unavailable as is_unavailable
from shared.mongo.errors import reachable as reachable
from shared.mongo.files import Files as Files
from shared.mongo.files import StoredFile as StoredFile
from shared.mongo.files import sniff as sniff
from shared.mongo.mapping import DocumentMapping as DocumentMapping
from shared.mongo.mapping import fields_of as fields_of
from shared.mongo.server_time import LONG_AGO as LONG_AGO
from shared.mongo.server_time import from_now as from_now
from shared.mongo.streams import inserts as inserts
from shared.mongo.unit import ChangeTracker as ChangeTracker
from shared.mongo.unit import Savepoint as Savepoint
from shared.mongo.unit import WriteOp as WriteOp
