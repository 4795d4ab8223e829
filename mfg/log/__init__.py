"""The event log: its format, and the words that stand in it. Whatever writes or reads one starts here."""
