"""Whether letters of alarms could go out: the mail server is asked as Alertmanager will ask it, and no letter is written."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from typing import Final

from deploy.compose.refusals import Fault, Refusal

ANSWER_SECONDS: Final = 10.0
TLS_PORT: Final = 465  # TLS from the first byte (RFC 8314); elsewhere it is asked for
_TAKEN: Final = frozenset({250, 251})  # RFC 5321: this one, or passed on


def refusals(answers: Mapping[str, str], *, has_tls: bool) -> Iterator[Refusal]:
    """Yield what the mail server has against the answers; nothing where nobody is to be written to."""
    if not answers.get("alarm_mail_to"):
        return
    host, _, port = answers["alarm_smtp"].rpartition(":")
    try:
        with _connected(host, int(port)) as server:
            yield from list(_said(server, answers, asks_tls=has_tls and int(port) != TLS_PORT))
    except ssl.SSLCertVerificationError as error:
        yield Fault("mail_certificate_refused", error.verify_message).of("alarm_smtp")
    except (OSError, smtplib.SMTPException) as error:
        yield Fault("mail_unreachable", type(error).__name__).of("alarm_smtp")


def _connected(host: str, port: int) -> smtplib.SMTP:
    if port == TLS_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=ANSWER_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=ANSWER_SECONDS)


def _said(server: smtplib.SMTP, answers: Mapping[str, str], *, asks_tls: bool) -> Iterator[Refusal]:
    server.ehlo()
    if asks_tls:
        if not server.has_extn("starttls"):
            yield Fault("mail_without_tls").of("alarm_smtp")
            return
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    if user := answers.get("alarm_smtp_user", ""):
        try:
            server.login(user, answers.get("alarm_smtp_password", ""))
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            yield Fault("mail_login_refused", str(getattr(error, "smtp_code", "AUTH"))).of("alarm_smtp_user")
            return
    code, _ = server.mail(answers["alarm_mail_from"])
    if code not in _TAKEN:
        yield Fault("mail_address_refused", str(code)).of("alarm_mail_from")
        return
    for each in answers["alarm_mail_to"].split(","):
        code, _ = server.rcpt(each.strip())
        if code not in _TAKEN:
            yield Fault("mail_address_refused", f"{each.strip()}, {code}").of("alarm_mail_to")
    server.rset()
