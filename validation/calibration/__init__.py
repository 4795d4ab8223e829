"""Calibration: what was tuned, to what, and what published figures say of the model that was not tuned to them."""
