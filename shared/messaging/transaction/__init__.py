"""All or nothing: state, inbox and outbox in one commit, and the relay that publishes what was committed."""
