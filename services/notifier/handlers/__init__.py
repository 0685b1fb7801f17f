"""Use cases: take in what happened, deliver what is due, reconcile what is unknown, let an operator step in."""
