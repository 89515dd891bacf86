"""Whom an offer changes, not who buys anyway: learners of uplift, how they are judged, whom a budget reaches."""
