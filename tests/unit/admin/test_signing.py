"""A request to S3 is signed as the vendor's own example says."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from deploy.admin.s3 import Signer


def test_the_vendors_example() -> None:
    """Source: "Example: GET Bucket (List Objects)" of docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html."""
    signer = Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
    headers = signer.headers(
        "GET",
        "examplebucket.s3.amazonaws.com",
        "/",
        {"max-keys": "2", "prefix": "J"},
        hashlib.sha256(b"").hexdigest(),
        datetime(2013, 5, 24, tzinfo=UTC),
    )
    assert headers["Authorization"].endswith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
