"""What follows from a plan and an event log: tables, figures, one patient's story. No engine is needed."""
