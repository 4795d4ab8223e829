"""Write docs/calibration.md: what two numbers were tuned to, and what was published beside what the model gives."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from mfg.calendar import DAY
from validation.calibration import cultures, times, trials, viability
from validation.calibration.donors import COUNT, Donors
from validation.calibration.grid import COLONIES, DOUBLINGS, MIDDLE, TARGET, Grid
from validation.calibration.line import Line
from validation.calibration.pictures import pictures
from validation.calibration.sources import SOURCES
from validation.calibration.trials import Trial

PAGE = Path(__file__).parents[2] / "docs" / "calibration.md"

KOREA, PHASE2, NUROWN = "lenzumestrocel-korea", "lenzumestrocel-phase2", "nurown-phase2"
REPLICATIONS = {KOREA: 6, PHASE2: 12, NUROWN: 12}
CHOSEN, BRACKETED = "22", "26"  # hours: the median doubling times of als-us and als-korea
FEW = 4  # of a run that only tells whether doses are in time
FEWER = {"benches": "2"}
BENCHES = {"benches": "40"}
AMPLE = BENCHES | {
    "suites": "20",
    "operators": "40",
    "incubator": "9000 flask",
    "rooms": "20",
    "beds": "200",
    "starts": "50",
    "fills": "50",
    "population.weight": "60 kg",
}
SLOWER = {
    "growth.doubling.median": f"{MIDDLE[0]} hour",
    "marrow.colonies.median": f"{MIDDLE[1]} colony/1e6 cell",
}

HEAD = """\
# Calibration

What the two numbers of the populations that were tuned were tuned to, and then, with nothing tuned again but one of them for
NurOwn, what was published beside what the model gives. Of the {all} lines below {agree} agree and {differ} do not: the calibrated growth is faster
than most that is published, and its flasks and passages multiply cells less than two published banks did.

A line *agrees* if the published figure lies in the central 95 % of what the model gives for samples of as many
donors, patients or products as the publication had. Where it differs, the last column says why. `make docs`
writes this page from `validation/calibration`; seeds are fixed.
"""

GRID = """\
## The two numbers that were tuned

How fast cells double in the passages and how many of the mononuclear cells found a colony decide whether a dose
is ready when it is due. They were tuned to one target: at least {target:.0f} % of the first doses of patients of
60 kg ready by day 28. Ready means that the flasks are dense when they are to be harvested, and hold what is
planned for: the dose, and what the harvest and the wash lose at worst.

The table shows the share that is ready, in percent, of {count} donors of `als-korea` with the recipe of
`lenzumestrocel-korea`, by the median doubling time in the passages and the median of colony-forming cells in a
million. Every culture is passaged the moment that it is dense, at any hour. The standard error at {target:.0f} %
is {error:.1f}. In bold what meets the target, in brackets the pair of `als-korea`. `als-us` has another doubling time, for the
times of NurOwn (see Times).
"""

AFTER_GRID = """\
The target does not tell the bold pairs apart. At {colonies:.0f} colonies any doubling time of {fastest:.0f} to
{slowest:.0f} hours does as well, at {doubling:.0f} hours any number of colonies from {fewest:.0f} to {most:.0f}:
this is calibration, not evidence. With the middle of what is published, {middle_doubling} hours and
{middle_colonies} colonies, {share:.0f} % would be ready.
"""

UNIT = """\
## What the unit adds

The same question to whole runs: of the doses that were given from the first lot made for them, how many were not
put off because their cells were late. Staff keep working hours, tests have a turnaround, and weights differ
unless they are said to be 60 kg. The grid knows nothing of that, so a unit has fewer doses in time than its
growth allows. Its laboratory has benches enough: with two, four or forty as many doses are in time, within the standard errors.
"""

EXACT = """\
## What comes back exactly

- The course of the phase 2 trial (Oh 2018): collections on days -28 and -2, spinal fluid on days -1 and 25,
  injections on days 0 and 26, a product no older than 12 hours. `tests/test_timeline.py` holds every event to the
  minute.
- Twelve cultures at low density (Colter 2000): each is given the doubling time t ln 2 / ln(N / N0) of its own
  yield, and the yield comes back to twelve digits. `validation/calibration` holds each of them.
- Little's law in `{korea}`: {there:.2f} lots are in culture on average, and the rate at which
  they begin times their mean stay is {product:.2f}, the means of {replications} replications. What the two differ
  by is under way at the ends.
"""

CULTURES = """\
## Cultures

Everything but the publication's own volume and density is the model's: its marrow, its lags, its flasks, at most
three passages but where they go on. The column before the verdict repeats the model with {doubling} hours and
{colonies} colonies, to show how much of a difference is the calibration's.
"""

AFTER_CULTURES = """\
That 24 or more of 25 patients reach the dose in 62 days has the probability {one:.2f} in the model for 1e6 and
{two:.2f} for 2e6 cells per kg.
"""

TRIALS = """\
## Trials

The hazards of leaving in `als-korea` and `als-us` were taken from these same counts, so that agreement only says
that whole runs of `{phase2}` and `{nurown}`, {many} and {fewer} replications, lose
nobody by mistake. The arrivals of `{korea}` are the published ones as well; its range is that of
{few} replications of {weeks:.0f} weeks.
"""

TIMES = """\
## Times

What trials state of time, in calendar days, and every case of the same runs. Booking aims at the latest day that is stated, so
that nothing is early; what is late is cells that were not ready or not tested, or a day on which nobody worked.
"""

GROWTH = """\
**NurOwn is the third calibration.** Its six days of induction and the samples before them leave some two weeks to grow in, and
`als-us` has the slowest of these doubling times with which half of the products are given within four weeks of the marrow:
{chosen} hours, one of those that the target above does not tell apart. The trial mentions nobody who waited longer, and the model
does not agree with it: {late:.0f} % are given later. Of the reasons for which doses were put off there, {reasons}.
"""

CONTAMINATION = """\
## Contamination

Collections by the sample that is taken from the culture, products by their own last sample, in the runs of
`{phase2}` and `{korea}`.
"""

VIABILITY = """\
## Viability after suspension

Single products of the model, in spinal fluid at 2-8 degC, beside other media; for spinal fluid nothing is
published. The temperature of the first two was not seen. The loss was chosen between such curves, so that this is
a look at the choice.
"""

REST = """\
## What is not compared

Figures that were not seen in print are left out, such as how many of the collections of a large trial in heart
failure gave enough cells. So are programmes that share too little with these: phase 3 of NurOwn, whose losses
before and after allocation are not modelled apart, the turnaround of gene-modified cells, and costs.
"""

COLUMNS = ("what", "published", "by", "model", "its central 95 %", "verdict", "why")


def made() -> tuple[str, dict[str, str]]:
    """The page and the pictures beside it, as SVG by the names of their files, computed now."""
    donors = Donors.of()
    korea, phase2, nurown = (Trial.of(name, count) for name, count in REPLICATIONS.items())
    grown = cultures.lines()
    followed = [*trials.leaving(phase2, nurown), *trials.throughput(korea)]
    found = trials.contamination([phase2, korea])
    kept = viability.lines(donors)
    every = [*grown, *followed, *found, *kept]
    names = {"korea": KOREA, "phase2": PHASE2, "nurown": NUROWN}
    grid = Grid.of(donors)
    drawn = pictures(grid, every, kept)
    shown = {
        one.name: f"**{one.title}.** {one.subtitle}\n\n![{one.title}]({file})\n"
        for file, one in drawn.items()
    }
    parts = [
        _head(every),
        shown["beside"],
        *_grid(grid),
        shown["grid"],
        UNIT.format(korea=KOREA),
        _units(korea, phase2),
        _exact(korea),
        CULTURES.format(doubling=MIDDLE[0], colonies=MIDDLE[1]),
        _middle_table(grown),
        _likelihood(grown),
        TRIALS.format(
            many=phase2.replications,
            fewer=nurown.replications,
            few=korea.replications,
            weeks=(korea.plan.horizon - korea.plan.warm_up) / (7 * DAY),
            **names,
        ),
        _table(COLUMNS, map(_cells, followed)),
        TIMES,
        *_times(korea, phase2, nurown),
        CONTAMINATION.format(**names),
        _table(COLUMNS, map(_cells, found)),
        VIABILITY,
        shown["viability"],
        _table(COLUMNS, map(_cells, kept)),
        REST,
        "## Sources\n\n" + "".join(f"- {name}. {title}.\n" for name, title in SOURCES.items()),
    ]
    return "\n".join(parts), {file: one.svg(titled=False) for file, one in drawn.items()}


def _head(lines: Sequence[Line]) -> str:
    agree = sum(line.verdict == "agrees" for line in lines)
    return HEAD.format(agree=agree, all=len(lines), differ=len(lines) - agree)


def _grid(grid: Grid) -> list[str]:
    error = 100 * (TARGET * (1 - TARGET) / COUNT) ** 0.5
    rows = [
        (f"{colonies} colonies", *(_share(grid, doubling, colonies) for doubling in DOUBLINGS))
        for colonies in COLONIES
    ]
    (doubling, colonies), (fastest, slowest), (fewest, most) = grid.chosen, grid.doublings, grid.colonies
    after = AFTER_GRID.format(
        doubling=doubling,
        colonies=colonies,
        fastest=fastest,
        slowest=slowest,
        fewest=fewest,
        most=most,
        middle_doubling=MIDDLE[0],
        middle_colonies=MIDDLE[1],
        share=100 * grid.shares[MIDDLE],
    )
    table = _table(("", *(f"{doubling} h" for doubling in DOUBLINGS)), rows)
    return [GRID.format(target=100 * TARGET, count=COUNT, error=error), table, after]


def _share(grid: Grid, doubling: float, colonies: float) -> str:
    share = grid.shares[doubling, colonies]
    shown = f"**{100 * share:.1f}**" if share >= TARGET else f"{100 * share:.1f}"
    return f"[{shown}]" if (doubling, colonies) == grid.chosen else shown


def _units(korea: Trial, phase2: Trial) -> str:
    runs = {
        f"`{KOREA}` with plenty of everything, 60 kg": Trial.of(KOREA, FEW, AMPLE),
        f"the same with {MIDDLE[0]} hours and {MIDDLE[1]} colonies": Trial.of(KOREA, FEW, AMPLE | SLOWER),
        f"`{KOREA}` with {BENCHES['benches']} benches in its laboratory": Trial.of(KOREA, FEW, BENCHES),
        f"`{KOREA}` as it is": korea,
        f"`{KOREA}` with {FEWER['benches']} benches": Trial.of(KOREA, FEW, FEWER),
        f"`{PHASE2}` as it is": phase2,
    }
    return _table(
        ("unit", "doses", "in time, %", "standard error"), (_in_time(*item) for item in runs.items())
    )


def _in_time(name: str, trial: Trial) -> tuple[str, ...]:
    counts = np.array(trials.in_time(trial))
    shares = 100 * counts[:, 0] / counts[:, 1]
    error = shares.std(ddof=1) / len(shares) ** 0.5
    return name, str(counts[:, 1].sum()), f"{shares.mean():.1f}", f"{error:.1f}"


def _times(korea: Trial, phase2: Trial, nurown: Trial) -> list[str]:
    said = times.stated(korea, phase2, nurown)
    columns = ("time", "stated", "by", "median", "middle 90 %", "as stated, %")
    reasons = [f"{100 * share:.0f} % were {name}" for name, share in list(times.waits(nurown).items())[:2]]
    after = GROWTH.format(chosen=CHOSEN, late=100 * (1 - said[0].within), reasons=" and ".join(reasons))
    tried = times.by_growth(nurown.replications)
    rows = (
        (_tried(time), f"{np.median(days):.0f}", f"{100 * (days <= said[0].most).mean():.0f}")
        for time, days in tried.items()
    )
    growth = _table(("median doubling time", "median, day", "within four weeks, %"), rows)
    return [_table(columns, map(_time, said)), after, growth]


def _tried(time: str) -> str:
    hours = time.removesuffix(" hour")
    names = {CHOSEN: ", `als-us`", f"{BRACKETED}": ", `als-korea`"}
    return f"{hours} h{names.get(hours, '')}"


def _time(one: times.Stated) -> tuple[str, ...]:
    stated = str(one.most) if one.least == one.most else f"{one.least} to {one.most}"
    low, high = np.quantile(one.model, (0.05, 0.95), method="inverted_cdf")
    return (
        one.what,
        stated,
        one.source,
        f"{np.median(one.model):.0f}",
        f"{low:.0f} to {high:.0f}",
        f"{100 * one.within:.0f}",
    )


def _exact(korea: Trial) -> str:
    there, product = np.mean(trials.little(korea), axis=0)
    return EXACT.format(korea=KOREA, there=there, product=product, replications=korea.replications)


def _likelihood(lines: Sequence[Line]) -> str:
    one, two = (float((line.model >= 24).mean()) for line in lines if "in 62 days" in line.what)
    return AFTER_CULTURES.format(one=one, two=two)


def _middle_table(lines: Sequence[Line]) -> str:
    columns = (*COLUMNS[:5], f"with {MIDDLE[0]} h", *COLUMNS[5:])
    return _table(columns, ((*_cells(line)[:5], _middle(line), *_cells(line)[5:]) for line in lines))


def _middle(line: Line) -> str:
    assert line.middle is not None
    return _shown(float(line.middle.mean()))


def _cells(line: Line) -> tuple[str, ...]:
    low, high = line.range
    why = line.why if line.verdict == "differs" else ""
    model = _shown(float(line.model.mean()))
    return (
        line.what,
        _shown(line.published),
        line.source,
        model,
        f"{_shown(low)} to {_shown(high)}",
        line.verdict,
        why,
    )


def _shown(value: float) -> str:
    """A number to three significant digits."""
    return f"{value:.3g}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in (columns, ["---"] * len(columns), *rows))


def main() -> None:
    """Compute everything and write the page with its pictures."""
    page, drawn = made()
    PAGE.write_text(page, encoding="utf-8")
    for file, svg in drawn.items():
        (PAGE.parent / file).write_text(svg, encoding="utf-8")
    sys.stderr.write("docs/calibration.md is fresh\n")


if __name__ == "__main__":
    main()
