"""The printing press: typesets and signs in a child process, so that a hung or greedy document harms nobody else.

`process` runs in the service, `child` and what it imports (typst, pyHanko, cryptography) only in the child.
"""

from services.issuance.adapters.press.process import Press, PressLimits

__all__ = ["Press", "PressLimits"]
