"""What asks MongoDB and RabbitMQ whether they answer: lines for the shell of their images, which have no client that is light enough.

Both say `hung` where the connection is taken and nothing comes back (`watchdog`), and nothing but an exit code where nobody listens.
"""

import struct
from typing import Final

SECONDS: Final = 4  # for an answer; less than Docker's own limit


def _hello() -> bytes:
    """Return MongoDB's OP_MSG {hello: 1}, which is answered without a login."""
    fields = b"\x10hello\0" + struct.pack("<i", 1) + b"\x02$db\0" + struct.pack("<i", 6) + b"admin\0\0"
    section = b"\0" + struct.pack("<i", len(fields) + 4) + fields
    return struct.pack("<iiiii", 20 + len(section), 1, 0, 2013, 0) + section


def _escaped(message: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in message)


MONGO: Final = f"""# Asks mongod for a hello; whether it is a primary, members know.
exec 3<>/dev/tcp/127.0.0.1/27017 || exit 1
printf '{_escaped(_hello())}' >&3
LC_ALL=C read -r -t {SECONDS} -N 8 -u 3 answer 2>/dev/null || {{ echo hung; exit 1; }}
"""

RABBITMQ: Final = f"""# The broker listens, and its management, of the same process, answers: the protocol itself would log each look.
exec 4<>/dev/tcp/127.0.0.1/5672 || exit 1
exec 3<>/dev/tcp/127.0.0.1/15672 || exit 1
printf 'GET / HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3
read -r -t {SECONDS} -u 3 answer || {{ echo hung; exit 1; }}
case $answer in HTTP/*) ;; *) exit 1 ;; esac
"""
