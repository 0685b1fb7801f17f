"""Errors with Meta's body, codes and subcodes.

Source: developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes and
developers.facebook.com/docs/graph-api/guides/error-handling. Callers decide on `code` and `error_subcode`, never on texts.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

KINDS: Final[dict[tuple[int, int | None], tuple[int, str]]] = {
    (-2, 2207003): (400, "It takes too long to download the media."),
    (-2, 2207020): (400, "The media you are trying to access has expired. Please try to upload again."),
    (-1, 2207001): (400, "Instagram server error. Try again."),
    (1, None): (500, "An unknown error occurred"),
    (2, None): (503, "Service temporarily unavailable"),
    (4, None): (400, "Application request limit reached"),
    (4, 2207051): (400, "We restrict certain activity to protect our community."),
    (9, 2207042): (400, "You reached maximum number of posts that is allowed to be published by Content Publishing API."),
    (10, None): (403, "Application does not have permission for this action"),
    (10, 2018278): (403, "This message is sent outside of allowed window."),
    (24, 2207006): (400, "The media with the given id cannot be found"),
    (24, 2207008): (400, "The media builder with the given creation id does not exist or has been expired."),
    (25, 2207050): (400, "The Instagram account is restricted."),
    (32, None): (400, "Page request limit reached"),
    (100, None): (400, "Invalid parameter"),
    (190, None): (401, "Invalid OAuth access token - Cannot parse access token"),
    (190, 463): (401, "Error validating access token: Session has expired"),
    (200, None): (403, "Permissions error"),
    (368, None): (400, "The action attempted has been deemed abusive or is otherwise disallowed"),
    (506, None): (400, "Duplicate status message"),
    (9004, 2207052): (400, "The media could not be fetched from this uri."),
    (9007, 2207027): (400, "The media is not ready for publishing, please wait for a moment"),
    (36000, 2207004): (400, "The image is too large to download. It should be less than 8 MiB."),
    (36001, 2207005): (400, "The image format is not supported."),
    (36003, 2207009): (400, "The submitted image with aspect ratio cannot be published."),
    (36004, 2207010): (400, "The caption was too long."),
}


class GraphError(Exception):
    """An answer of the Graph API that says no."""

    def __init__(self, code: int, subcode: int | None = None, *, http_status: int | None = None, details: str = "") -> None:
        status, message = KINDS.get((code, subcode)) or KINDS.get((code, None)) or (400, "An error occurred")
        super().__init__(code)
        self.code = code
        self.subcode = subcode
        self.message = details or message
        self.http_status = http_status or status

    def body(self) -> dict[str, Any]:
        """Return the body of the answer."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.message}",
            "type": "OAuthException",
            "code": self.code,
            "is_transient": self.code in (-2, -1, 1, 2, 4, 9007),
            "fbtrace_id": "A" + secrets.token_urlsafe(16),
        }
        return {"error": error if self.subcode is None else {**error, "error_subcode": self.subcode}}
