"""The `genscan` command line: one module a verb."""
