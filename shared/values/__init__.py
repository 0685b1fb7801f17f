"""Values of the domain that several services speak of: they exist only when they are well-formed.

Each `parse` takes what a person typed and gives the normal form, or raises `Malformed` with a stable code.
"""

from shared.values.contact import BROADCAST_KEY as BROADCAST_KEY
from shared.values.contact import Attachment as Attachment
from shared.values.contact import Channel as Channel
from shared.values.contact import Contact as Contact
from shared.values.contact import VouchedBy as VouchedBy
from shared.values.contact import Vouching as Vouching
from shared.values.letters import MovingLetterNumber as MovingLetterNumber
from shared.values.malformed import Malformed as Malformed
from shared.values.numbers import HOME_REGENCY as HOME_REGENCY
from shared.values.numbers import RECEIPT_ALPHABET as RECEIPT_ALPHABET
from shared.values.numbers import RECEIPT_BODY_LENGTH as RECEIPT_BODY_LENGTH
from shared.values.numbers import RECEIPT_PREFIX as RECEIPT_PREFIX
from shared.values.numbers import KkNumber as KkNumber
from shared.values.numbers import Nik as Nik
from shared.values.numbers import Phone as Phone
from shared.values.numbers import Receipt as Receipt
from shared.values.numbers import file_stem as file_stem
from shared.values.numbers import phone_term as phone_term
from shared.values.person import PersonName as PersonName
from shared.values.person import Sex as Sex
