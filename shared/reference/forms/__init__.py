"""The forms of the services as data: fields of about a dozen types, each of which checks the chat and the API alike (ADR 25)."""

from shared.reference.forms.conditions import Condition as Condition
from shared.reference.forms.field_type import NotHere as NotHere
from shared.reference.forms.field_type import Unclear as Unclear
from shared.reference.forms.form import Field as Field
from shared.reference.forms.form import Form as Form
from shared.reference.forms.form import FormAnswers as FormAnswers
from shared.reference.forms.form import GivenFile as GivenFile
