"""The site while it runs: reads a plan, and writes an event log."""
