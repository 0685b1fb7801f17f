"""`python -m deploy.admin`: everything an operator does by command, backup and restore among it."""
