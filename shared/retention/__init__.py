"""What a service holds of each kind of data, and what was removed of it because its time was over."""

from shared.retention.clock import ClockMark as ClockMark
from shared.retention.clock import ClockWitness as ClockWitness
from shared.retention.holdings import Holdings as Holdings
from shared.retention.removals import BOOK as BOOK
from shared.retention.removals import Removal as Removal
from shared.retention.removals import RemovalBook as RemovalBook
