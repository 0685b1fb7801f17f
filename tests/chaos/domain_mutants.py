"""The rules of the four services, each broken once: a limit off by one, a check left out, a state that may go back."""

from typing import Final

from tests.chaos.mutant import Mutant

DOMAIN_MUTANTS: Final = (
    Mutant(
        "intake: a delivered request may be returned",
        "services/intake/domain/requests.py",
        "    RequestState.DELIVERED: frozenset(),\n",
        "    RequestState.DELIVERED: frozenset({RequestState.RETURNED}),\n",
        tests=("tests/unit/intake/test_request_states.py",),
    ),
    Mutant(
        "intake: a decision is final a day too early",
        "services/intake/domain/divorce.py",
        "APPEAL: Final = timedelta(days=14)",
        "APPEAL: Final = timedelta(days=13)",
        tests=("tests/unit/intake/test_court_rules.py",),
    ),
    Mutant(
        "intake: a cerai talak needs no pledge",
        "services/intake/domain/divorce.py",
        "    elif decision.pledge_on is None:\n",
        "    elif decision.pledge_on is None and decision.kind != CERAI_TALAK:\n",
        tests=("tests/unit/intake/test_court_rules.py",),
    ),
    Mutant(
        "intake: a link holds after its last day",
        "services/intake/domain/links.py",
        "self.ended_at is None and at < self.expires_at",
        "self.ended_at is None",
        tests=("tests/unit/intake/test_links.py",),
    ),
    Mutant(
        "intake: a new link leaves the old one valid",
        "services/intake/domain/links.py",
        "    return (*_ended(links, End.REPLACED, link.granted_by, link.granted_at), link)\n",
        "    return (*links, link)\n",
        tests=("tests/unit/intake/test_links.py",),
    ),
    Mutant(
        "verification: any link is enough for any person",
        "services/verification/domain/identity.py",
        "    if vouching.by is not VouchedBy.LINK:\n        return True\n",
        "    if vouching:\n        return True\n",
        tests=("tests/unit/verification/test_identity.py",),
    ),
    Mutant(
        "verification: a child may ask for the family",
        "services/verification/domain/identity.py",
        "member.age_on(today) >= ADULT_AGE_YEARS or ",
        "member.age_on(today) >= ADULT_AGE_YEARS - 1 or ",
        tests=("tests/unit/verification/test_identity.py",),
    ),
    Mutant(
        "verification: another office's family is served",
        "services/verification/domain/checks.py",
        "    if not is_home(family.village_code):\n",
        "    if not family.village_code:\n",
        tests=("tests/unit/verification/test_checks.py",),
    ),
    Mutant(
        "verification: an unknown failure is a refusal",
        "services/verification/domain/policy.py",
        "if ROUTES.get(finding.code) is way)",
        "if ROUTES.get(finding.code, CaseRoute.REJECT) is way)",
        tests=("tests/unit/verification/test_checks.py",),
    ),
    Mutant(
        "verification: an issued case may be returned",
        "services/verification/domain/case.py",
        "        CaseState.ISSUED: frozenset(),\n",
        "        CaseState.ISSUED: frozenset({CaseState.RETURNED}),\n",
        tests=("tests/unit/verification/test_case_and_task.py",),
    ),
    Mutant(
        "verification: an officer decides what another has claimed",
        "services/verification/domain/task.py",
        "    if task.claim is None or task.claim.officer_id != officer_id:\n",
        "    if task.claim is None:\n",
        tests=("tests/unit/verification/test_case_and_task.py",),
    ),
    Mutant(
        "verification: the husband leaves the card he heads",
        "services/verification/domain/family.py",
        "if _STAYS[husband.relation] > _STAYS[wife.relation] else",
        "if _STAYS[husband.relation] < _STAYS[wife.relation] else",
        tests=("tests/unit/verification/test_family.py",),
    ),
    Mutant(
        "issuance: an attempt that was overtaken issues all the same",
        "services/issuance/domain/document.py",
        "    if document.state is not DocumentState.RENDERING or document.attempt != attempt or material is None:\n",
        "    if document.state is not DocumentState.RENDERING or material is None:\n",
        tests=("tests/unit/issuance/test_document.py",),
    ),
    Mutant(
        "issuance: an issued document may be voided",
        "services/issuance/domain/document.py",
        "        DocumentState.ISSUED: frozenset(),\n",
        "        DocumentState.ISSUED: frozenset({DocumentState.VOID}),\n",
        tests=("tests/unit/issuance/test_document.py",),
    ),
    Mutant(
        "issuance: one attempt more than allowed",
        "services/issuance/domain/document.py",
        "    if final or attempt >= most_attempts:\n",
        "    if final or attempt > most_attempts:\n",
        tests=("tests/unit/issuance/test_document.py",),
    ),
    Mutant(
        "issuance: a serial of five digits",
        "services/issuance/domain/numbers.py",
        "    if counter.last >= LAST_SERIAL:\n",
        "    if counter.last > LAST_SERIAL:\n",
        tests=("tests/unit/issuance/test_numbers_and_sheets.py",),
    ),
    Mutant(
        "notifier: a call without an answer is simply repeated",
        "services/notifier/domain/outcome.py",
        "            if status in _PROXY_STATUSES:\n"
        '                return SendVerdict(Action.UNKNOWN, f"http_{status}")\n'
        "            return SendVerdict(_by_status(status)",
        "            return SendVerdict(_by_status(status)",
        tests=("tests/unit/notifier/test_outcome.py",),
    ),
    Mutant(
        "notifier: what the court has already is tried for ever",
        "services/notifier/domain/outcome.py",
        "        409: Action.DONE,",
        "        409: Action.RETRY,",
        tests=("tests/unit/notifier/test_outcome.py",),
    ),
    Mutant(
        "notifier: half a message is let through",
        "services/notifier/domain/pacing.py",
        "drawn = min(wanted, int(level + 1e-9))",
        "drawn = min(wanted, int(level + 0.5))",
        tests=("tests/unit/notifier/test_pacing.py",),
    ),
    Mutant(
        "notifier: one document is delivered once per message, not once",
        "services/notifier/domain/notice.py",
        "    key = document_key(issued.document_id)\n",
        "    key = document_key(origin.message_id)\n",
        tests=("tests/unit/notifier/test_notice.py",),
    ),
    Mutant(
        "notifier: a second pause hides the first reason",
        "services/notifier/domain/pacing.py",
        "    return state if state.is_paused else replace(",
        "    return replace(",
        tests=("tests/unit/notifier/test_pacing.py",),
    ),
)
