"""MongoDB of intake: what lies in which collection, the indexes with the query that needs each, and the ways in."""

from services.intake.store.indexes import INDEXES as INDEXES
from services.intake.store.inflow import InflowStore as InflowStore
from services.intake.store.people import PeopleStore as PeopleStore
from services.intake.store.register import RegisterStore as RegisterStore
from services.intake.store.shelves import SHELVES as SHELVES
from services.intake.store.tx import IntakeTx as IntakeTx
from services.intake.store.uploads import UsedFiles as UsedFiles
