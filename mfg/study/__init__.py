"""Studies: a scenario replicated, variants of it compared, in a folder that can be gone on with."""
