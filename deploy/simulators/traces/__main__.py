"""`python -m deploy.simulators.traces`."""

from __future__ import annotations

import uvicorn

from deploy.simulators.traces.app import build
from deploy.simulators.traces.settings import Settings


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    print(f"Collector of traces: http://{settings.host}:{settings.port}/v1/traces", flush=True)
    uvicorn.run(build(settings), host=settings.host, port=settings.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
