"""The shell of the desk: what the pages of all four services stand in."""

from shared.web.desk.forms import VISITOR_FORM as VISITOR_FORM
from shared.web.desk.forms import form_token as form_token
from shared.web.desk.session import SessionKeys as SessionKeys
from shared.web.desk.session import StaffMember as StaffMember
from shared.web.desk.session import signed_in as signed_in
