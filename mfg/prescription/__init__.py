"""The dose of one patient, exactly as the protocol rules."""
