"""Use cases of people who work here: sign in, set an account up, manage accounts."""

from services.verification.handlers.staff.demo import DemoAccount as DemoAccount
from services.verification.handlers.staff.demo import put_demo_account as put_demo_account
from services.verification.handlers.staff.managing import change_account as change_account
from services.verification.handlers.staff.managing import close_account as close_account
from services.verification.handlers.staff.managing import end_pause as end_pause
from services.verification.handlers.staff.managing import end_sessions as end_sessions
from services.verification.handlers.staff.managing import invite_account as invite_account
from services.verification.handlers.staff.managing import invite_admin as invite_admin
from services.verification.handlers.staff.managing import lock_account as lock_account
from services.verification.handlers.staff.managing import reset_account as reset_account
from services.verification.handlers.staff.managing import unlock_account as unlock_account
from services.verification.handlers.staff.own_account import change_password as change_password
from services.verification.handlers.staff.own_account import renew_recovery as renew_recovery
from services.verification.handlers.staff.setting_up import choose_password as choose_password
from services.verification.handlers.staff.setting_up import confirm_factor as confirm_factor
from services.verification.handlers.staff.setting_up import find_invited as find_invited
from services.verification.handlers.staff.signing_in import CodeAnswer as CodeAnswer
from services.verification.handlers.staff.signing_in import PasswordAnswer as PasswordAnswer
from services.verification.handlers.staff.signing_in import Refusal as Refusal
from services.verification.handlers.staff.signing_in import check_code as check_code
from services.verification.handlers.staff.signing_in import check_password as check_password
from services.verification.handlers.staff.signing_in import sign_in_from_office as sign_in_from_office
from services.verification.handlers.staff.signing_in import waiting_account as waiting_account
