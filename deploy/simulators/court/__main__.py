"""`python -m deploy.simulators.court`."""

from __future__ import annotations

from deploy.simulators.court.app import build
from deploy.simulators.court.settings import Settings
from deploy.simulators.serving import Server


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    app, court = build(settings)
    print(f"Court simulator: http://{settings.host}:{settings.port} (decisions to {settings.decisions_url})", flush=True)
    Server(app, court, host=settings.host, port=settings.port).run()


if __name__ == "__main__":
    main()
