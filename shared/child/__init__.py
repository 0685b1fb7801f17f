"""A child process that does one thing at a time for a service: what hangs, is greedy or is broken there harms nobody else.

`process` runs in the service; `serving` in the child, whose module the service names and never imports; both speak `frames`.
"""

from shared.child.process import ChildLimits, ChildProcess

__all__ = ["ChildLimits", "ChildProcess"]
