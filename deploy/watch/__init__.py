"""Looking at an installation: what Prometheus reads, what is an alarm, who is written to, and what only checks can find."""
