"""The promises, each judged by what the history and the world hold. Pure: no server, no clock."""
