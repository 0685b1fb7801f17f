"""`python ready.py PORT [FILE SECONDS]`: exit 0 where the process answers that it is ready; else 1 and one word of why.

`hung`: it took the connection and does not say that it lives, so `watchdog` restarts it; or it answers, and what it is there for has not
touched FILE for so long. `not ready` and what for: it lives, and waits for something. The image has no curl; started every few seconds:
nothing but a socket is loaded.
"""

import os
import socket
import sys
import time

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


def beats(file: str, seconds: float) -> bool:
    """Whether a file was touched lately; one that was never is of a process that has just begun."""
    try:
        touched = os.stat(file).st_mtime  # noqa: PTH116 - nothing more is loaded
    except FileNotFoundError:
        return True
    return time.time() - touched < seconds  # noqa: TID251 - as above; the file's time is the same clock's


def main(words: list[str]) -> int:
    """Ask whether it lives, then whether it is ready, then whether it goes on."""
    try:
        lives = ask(int(words[0]), "/livez", LIFE_SECONDS)
        ready = ask(int(words[0]), "/readyz", READY_SECONDS) if lives else b""
    except TimeoutError:
        lives, ready = b"", b""
    except ConnectionError:
        sys.stdout.write("not listening\n")
        return 1
    if not lives or (words[1:] and not beats(words[1], float(words[2]))):
        sys.stdout.write("hung\n")
        return 1
    if b" 200 " in ready.partition(b"\r\n")[0]:
        return 0
    sys.stdout.write(f"not ready {ready.partition(b'{')[2][:200].decode(errors='replace')}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
