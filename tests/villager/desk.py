"""The desk's side: how many chats wait there for an officer."""

from __future__ import annotations

import httpx

from deploy.local.stack import Stack
from tests.support.stack_sessions import StackSessions


def waiting_chats(stack: Stack) -> int:
    """Return what the list of chats counts, as somebody of the office sees it."""
    sessions = StackSessions.of(stack)
    try:
        token = sessions.token(sessions.member("section_head"))
    finally:
        sessions.close()
    answer = httpx.get(f"{stack.part('intake').url}/desk/percakapan/jumlah", cookies={"desk": token}, trust_env=False)
    answer.raise_for_status()
    return int(answer.json()["waiting"])
