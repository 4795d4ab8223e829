"""What holds a unit back: the days that each limit has cost, and what each change that was tried does, as `mfg limits` kept them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from attrs import frozen

from mfg.frames.kept import LIMITS_KIND, damaged, document_in
from mfg.study.limits import LATE, WAIT


@frozen(eq=False)
class LimitsFound:
    """`costs` has a row for each limit, the dearest first: `limit`, the `days` that it alone cost, and those `again` when doses moved.

    `put_off` says how many `times` in a replication doses waited for what (`reason`). `effects` has a row for each change that was tried and
    each figure: `change`, `limit`, `figure`, `mean`, `low`, `high`, `told_apart` and `proven`, which is whether it was tried in all
    replications. A patient is booked `later` days than the course allows. `as_it_is` are the figures before any change, and
    `first` names for each figure the limit whose cure does most.
    """

    scenario: str
    replications: int
    seed: int
    later: float
    costs: pd.DataFrame
    put_off: pd.DataFrame
    effects: pd.DataFrame
    as_it_is: Mapping[str, float]
    first: Mapping[str, str | None]

    def of(self, figure: str) -> pd.DataFrame:
        """What was tried in all replications does to *figure*, in the order of its size, the best first."""
        own = self.effects[(self.effects["figure"] == figure) & self.effects["proven"]]
        rising = figure in {WAIT, LATE}  # less is better
        return own.sort_values("mean", ascending=rising, kind="stable").reset_index(drop=True)

    def helping(self, figure: str) -> pd.DataFrame:
        """Of that, what is shown to better *figure* and is not shown to lengthen the wait."""
        own, wait = self.of(figure), self.of(WAIT)
        better = own["mean"] < 0 if figure in {WAIT, LATE} else own["mean"] > 0
        longer = wait.loc[wait["told_apart"] & (wait["mean"] > 0), "change"]
        return own[own["told_apart"] & better & ~own["change"].isin(longer)].reset_index(drop=True)


def limits_in(folder: Path) -> LimitsFound:
    """The limits that are kept in *folder*.

    Raises:
        Refused: if they are missing or damaged.
    """
    found = document_in(folder, LIMITS_KIND)
    try:
        days, again = found["refused_day"], found["refused_again_day"]
        costs = [(name, days.get(name, 0.0), again.get(name, 0.0)) for name in dict.fromkeys([*days, *again])]
        tried = [
            (
                one["change"],
                one["limit"],
                figure,
                gap["mean"],
                gap["low"],
                gap["high"],
                gap["told_apart"],
                one["proven"],
            )
            for one in found["tried"]
            for figure, gap in one["gaps"].items()
        ]
        frame = pd.DataFrame(costs, columns=["limit", "days", "again"])
        order = (frame["days"] + frame["again"]).sort_values(ascending=False, kind="stable").index
        columns = ["change", "limit", "figure", "mean", "low", "high", "told_apart", "proven"]
        return LimitsFound(
            found["scenario"],
            found["replications"],
            found["seed"],
            float(found["booked_later_day"]),
            frame.loc[order].reset_index(drop=True),
            pd.DataFrame(list(found["put_off"].items()), columns=["reason", "times"]),
            pd.DataFrame(tried, columns=columns).astype({"proven": bool, "told_apart": bool}),
            found["as_it_is"],
            found["first"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged(folder, LIMITS_KIND) from None
