"""Who saw whom and who did what: an append-only log in each service's database, each row linked to the one before it by a hash."""

from shared.audit.duty import AuditDuty as AuditDuty
from shared.audit.duty import current_duty as current_duty
from shared.audit.entry import AuditEntry as AuditEntry
from shared.audit.entry import AuditRow as AuditRow
from shared.audit.entry import SeenPerson as SeenPerson
from shared.audit.log import AUDIT as AUDIT
from shared.audit.log import INDEXES as INDEXES
from shared.audit.log import AuditCheck as AuditCheck
from shared.audit.log import AuditFilter as AuditFilter
from shared.audit.log import AuditLog as AuditLog
from shared.audit.log import AuditPage as AuditPage
from shared.audit.verify import AuditVerdict as AuditVerdict
from shared.audit.verify import verify as verify
