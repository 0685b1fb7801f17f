"""The printing press: typesets and signs in a child process, so that a hung or greedy document harms nobody else.

`process` and `pool` run in the service, `child` and what it imports (typst, pyHanko, cryptography) only in the child.
"""

from services.issuance.adapters.press.pool import Pool
from services.issuance.adapters.press.process import Press, PressLimits

__all__ = ["Pool", "Press", "PressLimits"]
