"""A part that somebody wrote in Python, a distribution or an order of the queue, and by what a study knows it again."""

from __future__ import annotations

from itertools import count
from math import isfinite
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mfg.errors import Parameter, Refused

if TYPE_CHECKING:
    from mfg.elementary import Floats

_NUMBERS = count(1)
_TRIED = (1e-9, 0.001, 0.01, *(n / 20 for n in range(1, 20)), 0.99, 0.999, 1 - 1e-9)


@frozen(eq=False)
class OwnPart:
    """What was `given` for the part at a `path`; its `name` and `version` stand for it in what is written down.

    Its text is the same in every process, if it has both. How it is shown differs from every other, so that nothing that is
    remembered is taken for it.
    """

    path: str
    given: Any
    name: str | None
    version: str | None
    number: int = field(factory=lambda: next(_NUMBERS))

    @classmethod
    def of(cls, path: str, given: object) -> OwnPart:
        """The part that *given* is: a distribution with ``inverse`` and ``unit``, or an order with ``rank``.

        Raises:
            Refused: if it is neither, or if its name or version is no text.
        """
        where = Parameter(f"parts {path}")
        if isinstance(given, OwnPart):
            return given
        kind = type(given).__name__
        method = "rank" if is_order(path) else "inverse"
        if isinstance(given, type) or not callable(getattr(given, method, None)):
            advice = f"give an object of a class of your own with that method, not {kind}"
            raise Refused(where, repr(given)[:60], f"has no method `{method}`", advice)
        if method == "inverse" and not isinstance(getattr(given, "unit", None), str):
            raise Refused(where, kind, "has no `unit`", 'give it one, such as unit = "hour"')
        words = {key: getattr(given, key, None) for key in ("name", "version")}
        for key, word in words.items():
            if word is not None and not (isinstance(word, str) and word):
                raise Refused(where, str(word)[:60], f"is no {key}", "write a text")
        return cls(path, given, words["name"], words["version"])

    @property
    def is_named(self) -> bool:
        """Whether it has a name and a version, so that a study can say by what it was made."""
        return self.name is not None and self.version is not None

    def values(self, u: Floats) -> Floats:
        """The values of a distribution at the numbers *u* between 0 and 1, in its own unit.

        Raises:
            Refused: if it does not give one for each.
        """
        import numpy as np

        found: Floats = np.asarray(self.given.inverse(u), dtype=np.float64)
        if found.shape != u.shape:
            problem = f"gives {found.shape} values for {u.shape} numbers"
            raise Refused("", str(self), problem, "let `inverse` give one value for each")
        return found

    def span(self) -> tuple[float, float, float]:
        """The least, the middle and the greatest value of a distribution, which is tried from end to end.

        Raises:
            Refused: if it cannot be asked, or is no inverse distribution function.
        """
        import numpy as np

        try:
            values = self.values(np.array(_TRIED)).tolist()
        except Refused:
            raise
        except Exception as error:
            problem = f"cannot be asked: {type(error).__name__}: {error}"
            advice = "let `inverse` take an array of numbers between 0 and 1"
            raise Refused("", str(self), problem, advice) from error
        if not all(map(isfinite, values)) or values != sorted(values):
            problem = "is no inverse distribution function: its values must be finite and never fall"
            raise Refused("", str(self), problem, "check its method `inverse`")
        return values[0], values[len(values) // 2], values[-1]

    def __str__(self) -> str:
        if self.is_named:
            return f"{self.name} {self.version}"
        return f"{type(self.given).__name__}, unnamed, {self.number}"

    def __repr__(self) -> str:
        return f"<{self}, {self.number}>"


def is_order(path: str) -> bool:
    """Whether *path* is that of the order in which lots are served."""
    return path in ("order", "policy.order")
