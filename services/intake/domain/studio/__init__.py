"""The content studio: pieces made from data, each with a source of its own. Pure."""
