"""What the tests have in common: worlds, databases, servers, Word files, the table of truth."""
