"""From the queue to an acknowledgement: prefetching, pausing while MongoDB is down, retries and dead letters."""
