"""Studies: a scenario replicated, variants of it compared, in a folder that can be gone on with."""

from mfg.study.comparison import Comparison, compare
from mfg.study.run import Run, simulate

__all__ = ["Comparison", "Run", "compare", "simulate"]
