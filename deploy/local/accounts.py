"""An account for each role, for a local run: `python -m deploy.local.accounts` prints names, passwords and the codes of this moment."""

import json
import secrets
from base64 import b32encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pyotp import TOTP

from deploy.keys import COURT, keep_secret
from deploy.local.commands import command
from deploy.local.settings import LocalSettings
from shared.clock import now
from shared.reference.roles import roles

FILE: Final = "accounts.json"
_PASSWORD_WORDS: Final = 4
_WORDS: Final = ("sawah", "kuda", "biru", "pagar", "bambu", "rakit", "lesung", "dupa", "angin", "cempaka", "perahu", "merpati")
_SECRET_BYTES: Final = 20  # 160 bit, as an authenticator's
_VILLAGE: Final = "3519081001"  # of the registrar


@dataclass(frozen=True)
class LocalAccount:
    """An account of one role. `secret` is that of its authenticator."""

    login: str
    name: str
    roles: tuple[str, ...]
    area: tuple[str, ...]
    court: str | None
    password: str
    secret: str

    @property
    def code(self) -> str:
        """The code of this moment."""
        return TOTP(self.secret).at(now())


def load_accounts(keys: Path) -> tuple[LocalAccount, ...]:
    """Read the accounts of a run; make them where there are none."""
    made = json.dumps([asdict(each) for each in _made()], indent=2) + "\n"
    return tuple(
        LocalAccount(**row | {"roles": tuple(row["roles"]), "area": tuple(row["area"])})
        for row in json.loads(keep_secret(keys / FILE, made))
    )


def put_accounts(keys: Path, environment: Mapping[str, str]) -> tuple[LocalAccount, ...]:
    """Have verification know them.

    Raises:
        CannotStartError: it refused.
    """
    accounts = load_accounts(keys)
    command("services.verification", "staff", "demo", str(keys / FILE), environment={**environment, "DESK_SECURE": "false"})
    return accounts


def lines(accounts: tuple[LocalAccount, ...]) -> Iterator[str]:
    """Yield a line for each account."""
    for each in accounts:
        yield f"{roles()[each.roles[0]].name:<22} {each.login:<17} {each.password:<32} {each.code}"


def _made() -> Iterator[LocalAccount]:
    for code, role in roles().items():
        yield LocalAccount(
            login=f"demo.{code.replace('_', '.')}",
            name=f"Contoh {role.name}",
            roles=(code,),
            area=(_VILLAGE,) if code == "village" else (),
            court=COURT if code == "court" else None,
            password=" ".join(secrets.choice(_WORDS) for _ in range(_PASSWORD_WORDS)),
            secret=b32encode(secrets.token_bytes(_SECRET_BYTES)).decode(),
        )


if __name__ == "__main__":
    print("\n".join(lines(load_accounts(LocalSettings().local_state / "keys"))))
