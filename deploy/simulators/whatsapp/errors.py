"""Errors with Meta's body and codes.

Source: Meta, "Error codes" of the WhatsApp Business Platform. Callers must decide on `code` and `error_data.details`, never on titles.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """What Meta says for one code: usual HTTP status, title, details."""

    http_status: int
    title: str
    details: str


KINDS: Final[dict[int, ErrorKind]] = {
    0: ErrorKind(401, "AuthException", "We were unable to authenticate the app user."),
    1: ErrorKind(400, "API Unknown", "Invalid request or possible server error."),
    2: ErrorKind(503, "API Service", "Temporary due to downtime or due to being overloaded."),
    3: ErrorKind(500, "API Method", "Capability or permissions issue."),
    4: ErrorKind(429, "API Too Many Calls", "The app has reached its API call rate limit."),
    10: ErrorKind(403, "Permission Denied", "Permission is either not granted or has been removed."),
    33: ErrorKind(400, "Parameter value is not valid", "The business phone number has been deleted."),
    100: ErrorKind(400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters."),
    190: ErrorKind(401, "Invalid OAuth access token - Cannot parse access token", "Your access token has expired or is invalid."),
    368: ErrorKind(403, "Temporarily blocked for policies violations", "The account has been restricted or disabled."),
    80007: ErrorKind(429, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130429: ErrorKind(429, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: ErrorKind(400, "User's number is part of an experiment", "Message was not sent as part of an experiment."),
    131000: ErrorKind(500, "Something went wrong", "Message failed to send due to an unknown error."),
    131005: ErrorKind(403, "Access denied", "Permission is either not granted or has been removed."),
    131008: ErrorKind(400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: ErrorKind(400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: ErrorKind(500, "Service unavailable", "A service is temporarily unavailable."),
    131021: ErrorKind(400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: ErrorKind(400, "Message undeliverable", "Unable to deliver message."),
    131030: ErrorKind(400, "Recipient phone number not in allowed list", "Add recipient phone number to recipient list and try again."),
    131031: ErrorKind(403, "Account has been locked", "The account has been restricted or disabled."),
    131042: ErrorKind(400, "Business eligibility payment issue", "There was an error related to your payment method."),
    131045: ErrorKind(500, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
    131047: ErrorKind(
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: ErrorKind(400, "Spam rate limit hit", "There are restrictions on how many messages can be sent from this phone number."),
    131049: ErrorKind(400, "Meta chose not to deliver", "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: ErrorKind(400, "User has stopped marketing messages", "The recipient chose to stop marketing messages from this business."),
    131051: ErrorKind(400, "Unsupported message type", "Message type is currently not supported."),
    131052: ErrorKind(400, "Media download error", "Unable to download the media sent by the user."),
    131053: ErrorKind(400, "Media upload error", "Unable to upload the media used in the message."),
    131056: ErrorKind(
        429,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the same phone number "
        "in a short period of time.",
    ),
    131057: ErrorKind(503, "Account in maintenance mode", "Business account is in maintenance mode."),
    131062: ErrorKind(400, "BSUID recipients not supported", "Business-scoped user ID recipients are not supported for this message."),
    132000: ErrorKind(400, "Template Param Count Mismatch", "The number of variable values does not match the template."),
    132001: ErrorKind(404, "Template does not exist", "The template does not exist in the specified language or is not approved."),
    132012: ErrorKind(400, "Template Parameter Format Mismatch", "Variable parameter values formatted incorrectly."),
    133016: ErrorKind(400, "Account register deregister rate limit exceeded", "Too many registration attempts."),
    135000: ErrorKind(400, "Generic user error", "Message failed to send because of an unknown error with the request parameters."),
}

_SUBCODES: Final[dict[int, int]] = {131047: 2494002, 131026: 2494055}


class GraphError(Exception):
    """An answer of the Graph API that says no."""

    def __init__(self, code: int, *, details: str | None = None, http_status: int | None = None) -> None:
        kind = KINDS.get(code, KINDS[131000])
        super().__init__(code)
        self.code = code
        self.title = kind.title
        self.details = details or kind.details
        self.http_status = http_status or kind.http_status

    def body(self) -> dict[str, Any]:
        """Return the body of a synchronous answer."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "A" + secrets.token_urlsafe(16),
        }
        if self.code in _SUBCODES:
            error["error_subcode"] = _SUBCODES[self.code]
        return {"error": error}

    def webhook(self) -> dict[str, Any]:
        """Return the entry of `errors[]` in a `failed` status."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }
