"""A bucket of an S3 service, by its REST interface: requests signed with Signature Version 4, addresses by path.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import httpx

from deploy.admin.refusal import Refused
from deploy.admin.sealing import sha256_of
from deploy.admin.settings import BackupSettings
from shared.clock import now

_TIMEOUT_SECONDS: Final = 60.0  # one step of a transfer, not the whole
_BLOCK_BYTES: Final = 1024 * 1024
_NOTHING: Final = hashlib.sha256(b"").hexdigest()
_SIGNED: Final = "host;x-amz-content-sha256;x-amz-date"


class S3Target:
    """A prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str, settings: BackupSettings) -> None:
        for name in ("s3_endpoint", "s3_access_key"):
            if not getattr(settings, name):
                raise Refused("setting_missing", name.upper())
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._signer = Signer(settings.s3_access_key, settings.s3_secret_key.get_secret_value(), settings.s3_region)
        self._endpoint = settings.s3_endpoint.rstrip("/")

    def put(self, file: Path, name: str) -> None:
        size_bytes = file.stat().st_size
        with file.open("rb") as stream:
            blocks = iter(lambda: stream.read(_BLOCK_BYTES), b"")
            self._call("PUT", self._path(name), digest=sha256_of(file), content=blocks, headers={"Content-Length": str(size_bytes)})

    def fetch(self, name: str, file: Path) -> None:
        path = self._path(name)
        with self._client() as client, _reached():
            headers = self._signer.headers("GET", self._host, path, {}, _NOTHING, now())
            with client.stream("GET", self._endpoint + path, headers=headers) as answer:
                if answer.status_code != HTTPStatus.OK:
                    answer.read()
                _check(answer, name)
                with file.open("wb") as out:
                    for block in answer.iter_bytes():
                        out.write(block)

    def names(self, folder: str) -> list[str]:
        found: list[str] = []
        token = ""
        while True:
            more = {"continuation-token": token} if token else {}
            answer = self._call("GET", f"/{quote(self._bucket)}", query={"list-type": "2", "prefix": f"{self._prefix}{folder}", **more})
            found += [unescape(key)[len(self._prefix) :] for key in re.findall(r"<Key>(.*?)</Key>", answer.text)]
            match = re.search(r"<NextContinuationToken>(.*?)</NextContinuationToken>", answer.text)
            if match is None:
                return sorted(found)
            token = unescape(match[1])

    def remove(self, name: str) -> None:
        self._call("DELETE", self._path(name))

    @property
    def _host(self) -> str:
        return urlsplit(self._endpoint).netloc

    def _path(self, name: str) -> str:
        return quote(f"/{self._bucket}/{self._prefix}{name}")

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        digest: str = _NOTHING,
        content: Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        signed = self._signer.headers(method, self._host, path, query or {}, digest, now())
        address = self._endpoint + path + (f"?{canonical_query(query)}" if query else "")
        with self._client() as client, _reached():
            answer = client.request(method, address, content=content, headers={**signed, **(headers or {})})
        _check(answer, path)
        return answer

    def _client(self) -> httpx.Client:
        return httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False)


class Signer:
    """Signs requests with the keys of one account."""

    def __init__(self, access_key: str, secret_key: str, region: str) -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._region = region

    def headers(self, method: str, host: str, path: str, query: Mapping[str, str], digest: str, at: datetime) -> dict[str, str]:
        """Return the headers of a request whose path is quoted and whose body has that SHA-256."""
        moment = f"{at:%Y%m%dT%H%M%SZ}"
        scope = f"{at:%Y%m%d}/{self._region}/s3/aws4_request"
        canonical = "\n".join(
            (
                method,
                path,
                canonical_query(query),
                f"host:{host}",
                f"x-amz-content-sha256:{digest}",
                f"x-amz-date:{moment}",
                "",
                _SIGNED,
                digest,
            )
        )
        text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
        key = f"AWS4{self._secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        return {
            "x-amz-content-sha256": digest,
            "x-amz-date": moment,
            "Authorization": (f"AWS4-HMAC-SHA256 Credential={self._access_key}/{scope}, SignedHeaders={_SIGNED}, Signature={signature}"),
        }


def canonical_query(query: Mapping[str, str]) -> str:
    """Return a query as it is signed: by name, all but letters, digits and `-._~` quoted."""
    return "&".join(f"{quote(name, safe='-._~')}={quote(value, safe='-._~')}" for name, value in sorted(query.items()))


class _reached:  # noqa: N801 - read as `with _reached():`
    """Turn what a network does into our own words."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, httpx.HTTPError):
            raise Refused("target_unreachable", type(error).__name__) from error


def _check(answer: httpx.Response, name: str) -> None:
    if answer.is_success:
        return
    code = re.search(r"<Code>(\w+)</Code>", answer.text)
    if answer.status_code == HTTPStatus.NOT_FOUND and (code is None or code[1] == "NoSuchKey"):
        raise Refused("backup_missing", name)
    raise Refused("target_refused", f"{answer.status_code} {code[1] if code else ''}".strip())
