"""The planned course of one patient: what must happen when, and on which days it can."""
