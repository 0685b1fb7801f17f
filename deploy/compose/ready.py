"""`python ready.py PORT`: exit 0 where the process answers that it is ready; else 1 and one word of why. The image has no curl.

`hung`: it took the connection and does not say that it lives, so `watchdog` restarts it. `not ready` and what for: it lives, and waits for
something. Started every few seconds: nothing but a socket is loaded.
"""

import socket
import sys

LIFE_SECONDS = 4.0  # what a process with much to do may take to say that it lives
READY_SECONDS = 3.0  # its own checks give up after two


def ask(port: int, path: str, seconds: float) -> bytes:
    """Return the answer; empty where none came in time.

    Raises:
        ConnectionError: nobody listens.
    """
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        try:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            parts = list(iter(lambda: connection.recv(65536), b""))
        except TimeoutError:
            return b""
    return b"".join(parts)


def main(words: list[str]) -> int:
    """Ask whether it lives, then whether it is ready."""
    try:
        lives = ask(int(words[0]), "/livez", LIFE_SECONDS)
        ready = ask(int(words[0]), "/readyz", READY_SECONDS) if lives else b""
    except TimeoutError:
        lives, ready = b"", b""
    except ConnectionError:
        sys.stdout.write("not listening\n")
        return 1
    if not lives:
        sys.stdout.write("hung\n")
        return 1
    if b" 200 " in ready.partition(b"\r\n")[0]:
        return 0
    sys.stdout.write(f"not ready {ready.partition(b'{')[2][:200].decode(errors='replace')}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
