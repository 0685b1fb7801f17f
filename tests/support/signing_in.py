"""Somebody in a browser who sets up an account and signs in, with an authenticator as they have it on their phone."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.async_api import Page, expect
from pyotp import TOTP

from services.verification.domain.staff.second_factor import STEP_SECONDS
from shared.clock import now
from tests.support.eventually import eventually


@dataclass
class Authenticator:
    """The app on a phone whose clock may be half a minute ahead. Each code is taken once, so a third within a minute is waited for."""

    secret: str = field(repr=False)
    last_step: int = 0

    async def fresh_code(self) -> str:
        """Return the earliest code that was not used yet and that is taken now."""

        async def unused() -> str:
            current = int(now().timestamp()) // STEP_SECONDS
            step = max(current, self.last_step + 1)
            assert step <= current + 1
            self.last_step = step
            return TOTP(self.secret).generate_otp(step)

        code: str = await eventually(unused)
        return code


async def sign_in(page: Page, login: str, password: str, authenticator: Authenticator) -> None:
    """From the form of the sign-in to where one wanted to go."""
    await page.get_by_label("Nama akun").fill(login)
    await page.get_by_label("Kata sandi").fill(password)
    await page.get_by_role("button", name="Lanjut").click()
    await page.get_by_label("Kode 6 angka").fill(await authenticator.fresh_code())
    await page.get_by_role("button", name="Masuk").click()
    await expect(page.get_by_label("Kode 6 angka")).to_have_count(0)


async def set_up(page: Page, password: str) -> Authenticator:
    """From the page of an invitation to the recovery codes: a password, and an authenticator that is linked."""
    await page.get_by_role("button", name="Lanjut").click()
    await page.get_by_label("Kata sandi baru").fill(password)
    await page.get_by_label("Sekali lagi").fill(password)
    await page.get_by_role("button", name="Lanjut").click()
    authenticator = Authenticator((await page.locator("#kunci").inner_text()).replace("-", ""))
    await page.get_by_label("Kode 6 angka").fill(await authenticator.fresh_code())
    await page.get_by_role("button", name="Hubungkan").click()
    await page.get_by_role("link", name="Sudah saya simpan, lanjut").click()
    return authenticator
