"""Exchanges, queues, users and policies of the broker, as data."""
