"""`python -m deploy.compose.ready PORT`: exit 0 where the process answers that it is ready. The image has no curl, and needs none."""

import http.client
import sys
from http import HTTPStatus

ANSWER_SECONDS = 4  # below the health check's own limit


def main(words: list[str]) -> int:
    """Ask `/readyz`."""
    connection = http.client.HTTPConnection("127.0.0.1", int(words[0]), timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return 0 if connection.getresponse().status == HTTPStatus.OK else 1
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
