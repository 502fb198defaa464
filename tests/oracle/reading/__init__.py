"""What `vardvakt replay` must answer, read from the specification's text alone. See ../README.md."""
