"""Outreach: sources made and retired, what messages tell of them, and the steps that are counted."""
