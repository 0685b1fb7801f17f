"""For how long the certificates of an installation that runs are still good: the signer's, and the one that browsers see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from deploy.compose import certificates
from deploy.compose.production import SIGNER
from deploy.compose.refusals import Fault, Refusal
from deploy.watch.checks import seen_certificate
from shared.clock import WIB, now

AUTOMATIC_DAYS: Final = 20  # Caddy gets a new one from Let's Encrypt 30 days before the end


@dataclass(frozen=True)
class Life:
    """Until when one is good, and how many days before that a new one should be there."""

    about: str
    ends_at: datetime
    fewest_days: int

    def __str__(self) -> str:
        days = (self.ends_at - now()) // timedelta(days=1)
        return f"{self.about}: sampai {self.ends_at.astimezone(WIB):%d-%m-%Y}, {max(days, 0)} hari lagi"

    def refusals(self) -> Iterator[Refusal]:
        """Yield that it ends soon, or has."""
        left = self.ends_at - now()
        if left < timedelta(days=self.fewest_days):
            code = "certificate_expired" if left < timedelta() else "certificate_ending"
            yield Fault(code, f"{self.ends_at.astimezone(WIB):%d-%m-%Y}").of(self.about)


def lives(state: Path, public_url: str, *, is_automatic: bool) -> Iterator[Life]:
    """Yield those that there are; what can't be read or does not answer others have said by then."""
    signer = state / SIGNER / "signer.pem"
    if found := certificates.read(signer.read_text(errors="replace") if signer.is_file() else ""):
        yield Life("sertifikat pejabat", found[0].not_valid_after_utc, certificates.FEWEST_DAYS)
    parts = urlsplit(public_url)
    if parts.scheme != "https":
        return
    host = parts.hostname or ""
    try:
        ends_at = seen_certificate(f"{host}:{parts.port or 443}", host).not_valid_after_utc
    except OSError:
        return
    yield Life("sertifikat TLS", ends_at, AUTOMATIC_DAYS if is_automatic else certificates.FEWEST_DAYS)
