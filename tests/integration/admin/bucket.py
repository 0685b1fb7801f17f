"""A small S3 service over HTTP: one bucket, objects by path, listings in pages; a signature that is not right is refused as S3 does.

It computes signatures from what arrived, by the text of the specification and not by our code.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

ACCESS_KEY, SECRET_KEY = "AKIACONTOH", "a secret of the office"
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d+)/([\w-]+)/s3/aws4_request, SignedHeaders=([\w;-]+), Signature=(\w+)")


class Bucket:
    """The service, running; `page` is how many keys a listing has at most."""

    def __init__(self, name: str, *, page: int) -> None:
        self.name, self.page = name, page
        self.objects: dict[str, bytes] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("BucketHandler", (_Handler,), {"bucket": self}))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    bucket: Bucket

    def do_GET(self) -> None:
        key = self._key()
        if key is None:
            return
        if key == "":
            self._answer(200, self._listing().encode())
        elif key in self.bucket.objects:
            self._answer(200, self.bucket.objects[key])
        else:
            self._refuse(404, "NoSuchKey")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self._key()
        if key is None:
            return
        if hashlib.sha256(body).hexdigest() != self.headers["x-amz-content-sha256"]:
            self._refuse(400, "XAmzContentSHA256Mismatch")
            return
        self.bucket.objects[key] = body
        self._answer(200, b"")

    def do_DELETE(self) -> None:
        key = self._key()
        if key is not None:
            self.bucket.objects.pop(key, None)
            self._answer(204, b"")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _key(self) -> str | None:
        """The key that is asked for, empty for the bucket; None where the request was refused."""
        if not self._is_signed():
            self._refuse(403, "SignatureDoesNotMatch")
            return None
        bucket, _, key = unquote(urlsplit(self.path).path).removeprefix("/").partition("/")
        if bucket != self.bucket.name:
            self._refuse(404, "NoSuchBucket")
            return None
        return key

    def _is_signed(self) -> bool:
        match = AUTHORIZATION.fullmatch(self.headers["Authorization"] or "")
        if match is None or match[1] != ACCESS_KEY:
            return False
        _, day, region, names, signature = match.groups()
        parts = urlsplit(self.path)
        query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
        headers = "".join(f"{name}:{self.headers[name].strip()}\n" for name in names.split(";"))
        request = "\n".join((self.command, parts.path, query, headers, names, self.headers["x-amz-content-sha256"]))
        scope = f"{day}/{region}/s3/aws4_request"
        moment = self.headers["x-amz-date"]
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = ("AWS4" + SECRET_KEY).encode()
        for part in (day, region, "s3", "aws4_request", text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return moment.startswith(day) and hmac.compare_digest(key.hex(), signature)

    def _listing(self) -> str:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        after = asked.get("continuation-token", "")
        keys = [key for key in sorted(self.bucket.objects) if key.startswith(asked["prefix"]) and key > after]
        shown = keys[: self.bucket.page]
        more = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if len(keys) > len(shown) else ""
        rows = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in shown)
        return f"<ListBucketResult>{rows}{more}</ListBucketResult>"

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
