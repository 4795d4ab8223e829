"""The plan: a scenario in plain numbers, as an engine reads it; and how a scenario becomes one."""
