"""A child process that does one thing at a time for a service: what hangs, is greedy or is broken there harms nobody else.

`process` runs in the service; `serving` in the child, whose module the service names and never imports; both speak `frames`. Nothing is
imported here: the child starts without what only the service needs.
"""
