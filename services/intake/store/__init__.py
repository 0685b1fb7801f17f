"""MongoDB of intake: what lies in which collection, the indexes with the query that needs each, and the ways in."""

from services.intake.store.indexes import INDEXES as INDEXES
from services.intake.store.people import PeopleStore as PeopleStore
from services.intake.store.request_reader import MongoRequestReader as MongoRequestReader
from services.intake.store.tx import IntakeTx as IntakeTx
from services.intake.store.uploads import UsedFiles as UsedFiles
from services.intake.store.webhook_log import MongoWebhookLog as MongoWebhookLog
