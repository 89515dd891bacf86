"""One command per published benchmark; never part of the tests."""
