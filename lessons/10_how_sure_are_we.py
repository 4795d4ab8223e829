"""How sure are we

Three doubts stand behind a simulated number: luck, which more replications shrink; comparisons, which pairing sharpens; and assumptions, which neither touches.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="How sure are we")


@app.cell(hide_code=True)
def _():
    import tempfile

    import altair as alt
    import marimo as mo
    import numpy as np
    import pandas as pd
    from attrs import asdict

    import mfg
    from mfg.frames.evidence import evidence
    from mfg.frames.tornado import Tornado
    from mfg.pictures.evidence import evidence_picture
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import HAND_COLOUR, WAIT_COLOUR, WIDTH, number, percent
    from mfg.pictures.tornado import tornado_picture
    from mfg.results.figures import describe
    from mfg.special import t_quantile
    from mfg.study.inputs import over
    from mfg.study.screening import screen
    from mfg.study.stored import load_run
    from mfg.study.variants import SettingRange

    return (
        HAND_COLOUR,
        Picture,
        SettingRange,
        Tornado,
        WAIT_COLOUR,
        WIDTH,
        alt,
        asdict,
        describe,
        evidence,
        evidence_picture,
        load_run,
        mfg,
        mo,
        np,
        number,
        over,
        pd,
        percent,
        screen,
        t_quantile,
        tempfile,
        tornado_picture,
    )


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # How sure are we

    A simulation prints a number, and a number looks sure of itself. Behind it stand three doubts, and each has its own remedy:

    1. **Luck.** Another year would bring other patients. *Remedy: more replications.*
    2. **Comparison.** Is the difference between two plans real, or did one of them have the luckier patients? *Remedy: pairing.*
    3. **Assumptions.** What if what we put in is wrong? *No number of replications helps here.*

    The example is the phase 2 trial of lenzumestrocel (Oh and others 2018, *Annals of Neurology*) in an invented hospital, with one clean room
    or with two. The question: how many points of the ALSFRS-R, the score of what a patient with ALS can still do, are lost while waiting for
    the first dose?
    """)
    return


@app.cell
def _(load_run, mfg, tempfile):
    replications = 30
    figure = "points_lost_waiting"
    kept = tempfile.TemporaryDirectory(prefix="mfg-lesson-")
    mfg.compare(
        "lenzumestrocel-phase2",
        vary={"suites": ["1", "2"]},
        replications=replications,
        output=f"{kept.name}/suites",
    )
    one_room, two_rooms = load_run(f"{kept.name}/suites").variants
    one, two = one_room.by_replication[figure], two_rooms.by_replication[figure]
    return figure, kept, one, one_room, replications, two, two_rooms


@app.cell
def _(np, t_quantile):
    def half_width(values):
        """Student's t: how far the mean of so many values may be from the truth, in 95 cases of 100."""
        n = len(values)
        return t_quantile(n - 1, 0.975) * np.std(values, ddof=1) / np.sqrt(n)

    def half_width_apart(a, b):
        """The same for the difference of two means whose values have nothing to do with each other (Welch)."""
        u, v = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
        free = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))
        return t_quantile(free, 0.975) * np.sqrt(u + v)

    return half_width, half_width_apart


@app.cell(hide_code=True)
def _(describe, figure, half_width, mo, number, one, two):
    few = 5
    mo.md(f"""
    ## Luck

    One replication is one way in which the trial could go. With one clean room the first three give {", ".join(number(value, 3) for value in one[:3])} {describe(figure).unit}s. None of them
    is *the* answer; their mean is a better one, and from how far they lie apart follows an **interval**: a range made so that it holds the true
    mean in 95 cases of 100.

    | replications | one clean room | two clean rooms |
    |---|---|---|
    | {few} | {number(one[:few].mean(), 3)} ± {number(half_width(one[:few]))} | {number(two[:few].mean(), 3)} ± {number(half_width(two[:few]))} |
    | {len(one)} | {number(one.mean(), 3)} ± {number(half_width(one))} | {number(two.mean(), 3)} ± {number(half_width(two))} |

    The interval shrinks with the square root of the number: for half the width you need four times as many replications.
    """)
    return (few,)


@app.cell(hide_code=True)
def _(
    HAND_COLOUR,
    Picture,
    WAIT_COLOUR,
    WIDTH,
    alt,
    describe,
    figure,
    half_width,
    half_width_apart,
    number,
    one,
    pd,
    replications,
    two,
):
    gap = two - one
    counts = range(3, replications + 1)
    apart, paired = "as if of different patients", "paired: the same patients, the same luck"
    drawn = pd.DataFrame(
        [
            (n, way, gap[:n].mean(), half)
            for n in counts
            for way, half in ((apart, half_width_apart(one[:n], two[:n])), (paired, half_width(gap[:n])))
        ],
        columns=["replications", "way", "mean", "half"],
    )
    drawn["low"], drawn["high"] = drawn["mean"] - drawn["half"], drawn["mean"] + drawn["half"]
    frame = drawn[drawn["replications"] >= 5]
    reach = [float(frame["low"].min()), float(frame["high"].max())]
    shown = drawn.assign(low=drawn["low"].clip(*reach), high=drawn["high"].clip(*reach))
    ends = {way: float(rows["half"].iloc[-1]) for way, rows in drawn.groupby("way")}
    times = ends[apart] / ends[paired]
    across = alt.X(
        "replications:Q", title="replications", scale=alt.Scale(domain=[3, replications], nice=False)
    )
    axis = f"{figure.replace('_', ' ')}: two clean rooms less one ({describe(figure).unit})"
    up = alt.Y("low:Q", title=axis, scale=alt.Scale(domain=reach, nice=False))
    colour = alt.Color(
        "way:N",
        sort=[apart, paired],
        scale=alt.Scale(domain=[apart, paired], range=[WAIT_COLOUR, HAND_COLOUR]),
    )
    bands = alt.Chart(shown).mark_area(opacity=0.45).encode(x=across, y=up, y2="high:Q", color=colour)
    means = (
        alt.Chart(shown[shown["way"] == paired])
        .mark_line(color=HAND_COLOUR)
        .encode(x=across, y=alt.Y("mean:Q", title=axis))
    )
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(strokeDash=[4, 3])
        .encode(y=alt.Y("zero:Q", title=axis))
    )
    funnel = Picture(
        "funnel",
        f"From the same {replications} replications pairing makes the interval {number(times)} times as narrow"
        if times > 1.1
        else f"In {replications} replications pairing hardly narrows the interval of this figure",
        "Line: the mean difference after so many replications; bands: its 95% interval, computed in two ways from the same simulations.",
        (bands + zero + means).properties(width=WIDTH, height=260),
    )
    return apart, drawn, ends, funnel, gap, paired, times


@app.cell(hide_code=True)
def _(apart, ends, funnel, gap, mo, number, one, paired, times, two):
    together = one.corr(two)
    mo.vstack(
        [
            mo.md("## Comparison"),
            mo.Html(funnel.svg()),
            mo.md(f"""
    The second clean room changes the figure by {number(gap.mean())}. Computed as if the two hospitals had different patients, the interval is ± {number(ends[apart])},
    **paired** it is ± {number(ends[paired])}. Not one simulation more was run.

    How can that be? In each replication both hospitals meet the same patients: if they decline quickly, both lose many points, and the two series go up and down together (their correlation
    is {number(together)}). Taking the difference replication by replication removes what both have in common, and what is left is the clean room. Without
    pairing one would need about {number(times**2)} times as many replications for the same answer. This is the method of *common random
    numbers* (Kahn and Marshall 1953, *Journal of the Operations Research Society of America*).
    """),
        ]
    )
    return (together,)


@app.cell
def _(SettingRange, over, screen):
    doubted = "on_time_as_first_booked"
    ranges = {
        "population.growth.doubling": "x0.8..x1.25",
        "population.marrow.colonies": "x0.5..x2",
        "population.marrow.contaminated": "x0.5..x2",
        "population.leaves.withdraw": "x0.5..x2",
        "population.leaves.die": "x0.5..x2",
    }
    inputs = over([SettingRange.read(path, ends, "over") for path, ends in ranges.items()])
    found = screen("lenzumestrocel-phase2", doubted, inputs=inputs)
    return doubted, found, inputs, ranges


@app.cell(hide_code=True)
def _(Tornado, asdict, doubted, found, pd, tornado_picture):
    told = pd.DataFrame([asdict(one) for one in found.effects if one.told_apart])
    others = tuple(one.name for one in found.effects if not one.told_apart)
    effects = Tornado(
        "lenzumestrocel-phase2", doubted, found.meaning, told, others, found.bound, found.mean, found.pairs
    )
    tornado = tornado_picture(effects)
    return effects, others, told, tornado


@app.cell(hide_code=True)
def _(evidence, evidence_picture, mo, one_room, percent, ranges, tornado):
    grounds = evidence(one_room)
    assumed = len(grounds.of_kind("assumed"))
    kinds = evidence_picture(one_room)
    mo.vstack(
        [
            mo.md(f"""
    ## Assumptions

    No hospital publishes how long its work takes. Of the {grounds.total} numbers that go into this simulation {percent(assumed / grounds.total)} are assumed, each with a reason that you can
    read and doubt (`mfg show lenzumestrocel-phase2 --kind scenario --assumed`).
    """),
            mo.Html(kinds.svg()),
            mo.md(f"""
    Which of them matter? That is asked of the simulation itself: each input goes to its low and to its high end, many times over, with the others
    low or high in all mixtures (a design of Plackett and Burman 1946, *Biometrika*). Here {len(ranges)} inputs about the patients and their cells, so that
    it is quick, and the share of doses that are given on the day that was first booked:
    """),
            mo.Html(tornado.svg()),
            mo.md("""
    `growth.doubling` is the time in which cells double in culture: slower cells are not ready on their day. `marrow.contaminated` is the share of
    collections that bring germs with them, and `marrow.colonies` how many cells of the marrow found a colony.
    """),
        ]
    )
    return assumed, grounds, kinds


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    With a hundred thousand replications the interval would be as thin as a hair. How sure would the number be then?
    """)
    return


@app.cell(hide_code=True)
def _(doubted, half_width, mo, number, one_room, replications, told):
    lucky = half_width(one_room.by_replication[doubted])
    strongest = (
        f"Moving `{told.iloc[0]['name']}` over its range ({told.iloc[0]['range']}) moves it by {number(100 * abs(told.iloc[0]['effect']))}"
        if len(told)
        else "No input moves it enough to be told apart from luck"
    )
    mo.accordion(
        {
            "Answer": mo.md(f"""
    Sure to follow from the inputs, and no surer than they are. With {replications} replications and one clean room luck leaves ± {number(100 * lucky)} percentage points
    around the share of doses on their day. {strongest}, and no replication takes that away.

    Differences are hardier than levels: many wrong assumptions move both plans alike, and cancel. That is why a simulation is trusted
    sooner with *"which of two plans is better"* than with *"how many doses will be on time"*.
    """)
        }
    )
    return lucky, strongest


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Try it

    1. Set `replications` to 10. Which of the two intervals still shows that the second clean room helps?
    2. Set `figure` to `"vein_to_vein_p90"`, the days from collection to dose that one dose in ten exceeds. Pairing helps less there. Why? (Look
       at the correlation.)
    """)
    return


if __name__ == "__main__":
    app.run()
