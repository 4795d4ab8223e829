"""Files in, values out: TOML and CSV from anybody, with every fault at its place."""
