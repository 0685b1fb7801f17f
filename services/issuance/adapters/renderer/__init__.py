"""The printing renderer: typesets and signs in a child process, so that a hung or greedy document harms nobody else.

`process` and `pool` run in the service, `child` and what it imports (typst, pyHanko, cryptography) only in the child. Nothing is imported
here: the child starts without what only the service needs.
"""
