"""`python -m deploy.simulators.whatsapp`."""

from __future__ import annotations

from deploy.simulators.serving import Server
from deploy.simulators.whatsapp.app import build
from deploy.simulators.whatsapp.settings import Settings


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    app, carrier = build(settings)
    print(f"WhatsApp simulator: {settings.base_url} (webhooks to {settings.webhook_url})", flush=True)
    Server(app, carrier, host=settings.host, port=settings.port).run()


if __name__ == "__main__":
    main()
