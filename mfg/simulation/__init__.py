"""The site while it runs: a scenario becomes a plan, and a plan an event log."""
