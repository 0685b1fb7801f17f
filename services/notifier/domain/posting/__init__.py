"""Posts on the office's accounts: what is said where and when, what became of it, what people wrote under it. Pure (ADR 52)."""
