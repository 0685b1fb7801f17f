"""Unit tests of outreach: codes, sources, the funnel, participation, yardsticks."""
