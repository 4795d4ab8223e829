"""Closed forms: scenarios small enough that their answer is known, and what the engine makes of them."""
