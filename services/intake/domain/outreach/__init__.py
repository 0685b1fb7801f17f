"""Outreach: where people come from, how far they go, and how many of a village are served. Pure."""
