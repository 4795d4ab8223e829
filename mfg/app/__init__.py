"""The page on this machine: what-ifs, doses, audits, calendars, today's patients and evidence, by the package's own functions."""
