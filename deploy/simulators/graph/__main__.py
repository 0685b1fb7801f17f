"""`python -m deploy.simulators.graph`."""

from __future__ import annotations

from deploy.simulators.graph.app import build
from deploy.simulators.graph.settings import Settings
from deploy.simulators.serving import Server


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    app, network = build(settings)
    print(f"Graph API simulator: {settings.base_url} (webhooks to {settings.webhook_url})", flush=True)
    Server(app, network, host=settings.host, port=settings.port).run()


if __name__ == "__main__":
    main()
