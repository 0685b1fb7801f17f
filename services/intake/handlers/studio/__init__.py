"""Use cases of the content studio: pieces are made, looked at, and printed."""
