"""Every distribution that a file may name: its keys, and what may cut it.

To add one, write its row here and how a value is drawn from it in `mfg.quantiles`. What a key means is said at `mfg.shape.Shape`.
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Distribution:
    """A family of distributions: the `keys` that a file gives for one.

    `cut` ones may be cut at `least` and `most`, `signed` ones may have a mean
    below nought, and `percent` ones lie between 0 and 100 %. Those that are `told_by_keys` need not be named in a file.
    """

    keys: tuple[str, ...]
    cut: bool = False
    signed: bool = False
    percent: bool = False
    told_by_keys: bool = False


DISTRIBUTIONS = {
    "fixed": Distribution(("is_",), told_by_keys=True),
    "uniform": Distribution(("least", "most"), told_by_keys=True),
    "triangular": Distribution(("least", "likely", "most"), told_by_keys=True),
    "pert": Distribution(("least", "likely", "most")),
    "lognormal": Distribution(("median", "spread"), cut=True),
    "normal": Distribution(("mean", "sd"), cut=True, signed=True),
    "gamma": Distribution(("mean", "sd")),
    "beta": Distribution(("mean", "sd"), percent=True),
    "exponential": Distribution(("mean",)),
    "empirical": Distribution(("empirical",), told_by_keys=True),
}
