"""The printing renderer: typesets and signs in a child process, so that a hung or greedy document harms nobody else.

`process` and `pool` run in the service, `child` and what it imports (typst, pyHanko, cryptography) only in the child.
"""

from services.issuance.adapters.renderer.pool import Pool
from services.issuance.adapters.renderer.process import ChildRenderer

__all__ = ["ChildRenderer", "Pool"]
