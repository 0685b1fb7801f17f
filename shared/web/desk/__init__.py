"""The shell of the desk: what the pages of all four services stand in. `shell` puts it into an app, `Pages` draws."""

from shared.web.desk import shell as shell
from shared.web.desk.forms import VISITOR_FORM as VISITOR_FORM
from shared.web.desk.forms import form_token as form_token
from shared.web.desk.live import Lookout as Lookout
from shared.web.desk.live import Since as Since
from shared.web.desk.navigation import WaitingCount as WaitingCount
from shared.web.desk.pages import Pages as Pages
from shared.web.desk.session import JwksReader as JwksReader
from shared.web.desk.session import SessionKeys as SessionKeys
from shared.web.desk.session import StaffMember as StaffMember
from shared.web.desk.session import signed_in as signed_in
from shared.web.desk.words import State as State
from shared.web.desk.words import Tone as Tone
