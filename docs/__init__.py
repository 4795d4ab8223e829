"""The documents, and what keeps their outputs fresh."""
