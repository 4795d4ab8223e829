"""How large things may be: every limit in one place, each with what would fit.

They are far beyond what anybody plans. What lies behind them is a slip in a number or in its unit, or would take a
machine more time or memory than it has; so it is refused where it stands, before any work is done for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from attrs import frozen

from mfg.errors import Refused


@frozen
class Size:
    """A limit: of `what` there may be at most so many, and what is to be done where there are more."""

    what: str
    most: int
    advice: str

    def exceeded(self, many: float | Decimal, where: str, given: str | None = None) -> Iterator[Refused]:
        """A refusal at *where* if there are more than allowed; it names what was *given* there, if that is known."""
        if many > self.most:
            counted = f"{many:,}" if isinstance(many, int) and many < 10**15 else f"{Decimal(many):.3g}"
            problem = f"comes to {counted} {self.what}, and there may be {self.most:,}"
            if given == str(many):
                problem = f"is above {self.most:,}, the most {self.what}"
            yield Refused(where, given, problem, self.advice)

    def check(self, many: float | Decimal, where: str, given: str | None = None) -> None:
        """The same at once.

        Raises:
            Refused: if it comes to more.
        """
        for fault in self.exceeded(many, where, given):
            raise fault


FILE = Size(
    "bytes of a TOML file", 256 * 1024, "split it: sites, populations and lists have files of their own"
)
LINE_LENGTH = Size("characters in a line of TOML", 10_000, "write it in several lines")
DEPTH = Size("levels of tables and lists inside each other", 32, "nest less")
DOTS = Size("dots in a key", 16, "write shorter keys")
VALUES = Size("values in a TOML file", 20_000, "split it")
NUMBER_LENGTH = Size("characters of a number", 64, "write an ordinary number")
TABLE = Size("bytes of a table in a file", 64 * 1024 * 1024, "split it")
LISTED = Size("lines of a list of patients", 100_000, "split the list")
PATIENTS = Size(
    "patients in a replication",
    100_000,
    "let fewer come, or end the horizon earlier; replications are for more",
)
COUNT = Size("of any one thing that is counted", 2**31 - 1, "give an ordinary number")
SEED = Size("for a seed", 2**64 - 1, "any smaller whole number is as good")
CENTURY = Size("days of a length of time", 36_525, "nothing here lasts longer than a century")
KILOGRAMS = Size("kilograms of a body weight", 300, "check the unit")
RATIO = Size(
    "parts of an allocation, in its ratios or in a block", 10_000, "write the ratio in small numbers"
)
REPEATED = Size("occurrences of a dose or a visit", 1000, "repeat it less often")
SAMPLE = Size(
    "values of an empirical distribution", 10_000, "give a sample of them, or a distribution that fits"
)
PASSAGES = Size("passages of a culture", 100, "no cells are passaged so often")
CONTAINERS = Size("containers", 10_000, "check the number")
RETESTS = Size("repeats of a test", 100, "give an ordinary number")
COLLECTIONS = Size("collections of one patient", 100, "give an ordinary number")
REPLICATIONS = Size("replications", 999_999, "the interval is narrow enough long before")
VARIANTS = Size(
    "variants in a study", 10_000, "give fewer values, samples or inputs, or make several studies of it"
)

SIZES = (
    FILE,
    LINE_LENGTH,
    DEPTH,
    DOTS,
    VALUES,
    NUMBER_LENGTH,
    TABLE,
    LISTED,
    PATIENTS,
    COUNT,
    SEED,
    CENTURY,
    KILOGRAMS,
    RATIO,
    REPEATED,
    SAMPLE,
    PASSAGES,
    CONTAINERS,
    RETESTS,
    COLLECTIONS,
    REPLICATIONS,
    VARIANTS,
)
