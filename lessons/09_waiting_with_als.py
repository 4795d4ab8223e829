"""Waiting with ALS: who is lost

An average over those who were treated gets better when the others are turned away. It must be read beside its counterweight: who was never treated.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="Waiting with ALS: who is lost")


@app.cell(hide_code=True)
def _():
    import tempfile

    import altair as alt
    import marimo as mo
    import pandas as pd

    import mfg
    from mfg.frames.waiting import waiting
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import BAD, GOOD, WAIT_COLOUR, WIDTH, number, percent
    from mfg.pictures.waiting import waiting_picture
    from mfg.reader.library import sources
    from mfg.study.stored import load_run
    from mfg.study.variants import Variant

    return (
        BAD,
        GOOD,
        Picture,
        Variant,
        WAIT_COLOUR,
        WIDTH,
        alt,
        load_run,
        mfg,
        mo,
        number,
        pd,
        percent,
        sources,
        tempfile,
        waiting,
        waiting_picture,
    )


@app.cell(hide_code=True)
def _(mo, sources):
    slope = sources()["oh2018"].facts["lead-in-slope"].value
    mo.md(f"""
    # Waiting with ALS: who is lost

    Amyotrophic lateral sclerosis (ALS) takes the muscles one after the other. How far it has come is counted with the **ALSFRS-R**, twelve
    questions on speaking, swallowing, walking, breathing and so on, each worth four points at best (Cedarbaum and others 1999, *Journal of the
    Neurological Sciences*). Points that are lost do not come back.

    The patients of the phase 2 trial of lenzumestrocel lost them, before they were treated, at a rate of {slope["mean"].removeprefix("-").replace("point/", "points a ")} on average
    (Oh and others 2018, *Annals of Neurology*). So waiting is not idle time. A hospital
    may want to know: *how many points does a patient lose from referral to the first dose?*
    """)
    return (slope,)


@app.cell
def _(Variant, load_run, mfg, tempfile):
    longest = "90 day"
    variants = [
        Variant("one clean room", {"suites": "1"}),
        Variant("one, and a limit", {"suites": "1", "policy.give_up_after": longest}),
        Variant("two clean rooms", {"suites": "2"}),
    ]
    kept = tempfile.TemporaryDirectory(prefix="mfg-lesson-")
    mfg.compare("lenzumestrocel-korea", variants=variants, replications=8, output=f"{kept.name}/waits")
    overrun, limited, larger = load_run(f"{kept.name}/waits").variants
    return kept, larger, limited, longest, overrun, variants


@app.cell(hide_code=True)
def _(larger, limited, longest, mo, number, overrun, waiting):
    lost = {one.name: one.figure("points_lost_waiting").mean for one in (overrun, limited, larger)}
    half = {one.name: waiting(one).half for one in (overrun, limited)}
    mo.md(f"""
    ## A rule that works wonders

    The hospital has a single clean room, which is not enough; patients wait and wait. Somebody proposes a rule: *whose first dose would lie
    more than {longest}s after the referral is not taken on.* The program computes both:

    | | points lost while waiting, mean of the treated | days until half have a first dose |
    |---|---|---|
    | {overrun.name} | {number(lost[overrun.name])} | {number(half[overrun.name])} |
    | {limited.name} | {number(lost[limited.name])} | {number(half[limited.name])} |

    Both figures are computed correctly, and both are far better. Would you adopt the rule?
    """)
    return half, lost


@app.cell(hide_code=True)
def _(pd):
    leaving = {"died": "died waiting", "withdrew": "withdrew waiting", "waited too long": "turned away"}
    ways = ["had a first dose", *leaving.values(), "not treated for another reason"]

    def fate(patients):
        """How the wait of everybody who was to be treated ended, as shares."""
        mine = patients[patients["waiting"] != ""]
        ended = mine["ending"].astype(str).map(leaving).fillna(ways[-1])
        ended = ended.where(mine["waiting"] != "treated", ways[0])
        return pd.Series(ended).value_counts(normalize=True).reindex(ways, fill_value=0.0)

    return ways, leaving, fate


@app.cell(hide_code=True)
def _(
    BAD,
    GOOD,
    Picture,
    WAIT_COLOUR,
    ways,
    WIDTH,
    alt,
    fate,
    larger,
    limited,
    lost,
    number,
    overrun,
    pd,
    percent,
):
    fates = {one.name: fate(one.table("patients")) for one in (overrun, limited, larger)}
    order = list(fates)
    drawn = pd.concat(
        [
            pd.DataFrame(
                {"hospital": name, "way": shares.index, "share": shares.to_numpy(), "rank": range(len(ways))}
            )
            for name, shares in fates.items()
        ]
    )
    untreated = {name: 1 - shares[ways[0]] for name, shares in fates.items()}
    said = pd.DataFrame(
        [
            (name, f"{number(lost[name])} points lost, {percent(untreated[name])} never treated")
            for name in order
        ],
        columns=["hospital", "said"],
    )
    colours = [GOOD, "#4A5560", WAIT_COLOUR, BAD, "#D3D8DC"]
    rows = alt.Y("hospital:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    bars = (
        alt.Chart(drawn)
        .mark_bar(size=22, stroke="white")
        .encode(
            y=rows,
            x=alt.X(
                "share:Q",
                title="of all who were to be treated",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", tickCount=5),
            ),
            color=alt.Color(
                "way:N", sort=ways, scale=alt.Scale(domain=ways, range=colours), legend=alt.Legend(columns=3)
            ),
            order="rank:Q",
        )
    )
    words = (
        alt.Chart(said).mark_text(align="left", dx=6).encode(y=rows, x=alt.value(WIDTH - 160), text="said:N")
    )
    title = (
        f"With the limit the treated lose {number(lost[limited.name])} points instead of {number(lost[overrun.name])}, "
        f"and {percent(untreated[limited.name])} instead of {percent(untreated[overrun.name])} are never treated"
    )
    ends = Picture(
        "ends",
        title,
        "Everybody who was to be treated, by how the waiting ended; the points are the mean of the green ones alone.",
        (bars + words).properties(width=WIDTH - 160, height=120),
    )
    return ends, fates, untreated


@app.cell(hide_code=True)
def _(ends, longest, mo, percent, fates, limited):
    mo.vstack(
        [
            mo.md("## The counterweight"),
            mo.Html(ends.svg()),
            mo.md(f"""
    The figure is an average over **those who were treated**, and the rule took out of it those who would have lost most:
    {percent(fates[limited.name]["turned away"])} of the patients were turned away, and whoever is turned away loses points elsewhere, where the hospital does not count them.
    Those who remain are, by construction, those who waited less than {longest}s.

    This is called **survivorship bias**. Wald's bombers of 1943 are its best-known case: the holes in the aircraft that return do not show
    where aircraft should be armoured. Whenever a figure speaks of *those who were treated*, ask how many were not, and show both in one picture.
    """),
        ]
    )
    return


@app.cell(hide_code=True)
def _(larger, limited, mo, overrun, percent, waiting, waiting_picture):
    curves = waiting_picture([overrun, limited, larger])
    never = {one.name: waiting(one).never for one in (overrun, limited, larger)}
    mo.vstack(
        [
            mo.md("## A picture that cannot be fooled"),
            mo.Html(curves.svg()),
            mo.md(f"""
    Here **everybody** counts who was referred, and who is never treated never enters. The limit lifts the beginning of the curve, because there
    is less of a queue, and then the curve stays below: {percent(never[limited.name])} never come to a dose. The second clean room lifts all of it. Only that
    is an improvement without a loser, apart from the one who pays for it.
    """),
        ]
    )
    return curves, never


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    With the limit fewer patients die while they wait, too. Did the rule save lives?
    """)
    return


@app.cell(hide_code=True)
def _(fates, larger, limited, mo, overrun, percent):
    deaths = {one.name: fates[one.name]["died waiting"] for one in (overrun, limited, larger)}
    mo.accordion(
        {
            "Answer": mo.md(f"""
    {percent(deaths[overrun.name], decimals=1)} died waiting without the limit and {percent(deaths[limited.name], decimals=1)} with it, but no life was saved. Who is turned away no longer *waits*, so
    a later death is no death *while waiting*. In the simulation the risk of dying is the same each month whether somebody is treated or not
    (the treatment is not assumed to help); what changed is only how long people were watched.

    With two clean rooms it is {percent(deaths[larger.name], decimals=1)}, and the same care is needed: patients wait for fewer days, so fewer of the deaths that
    happen anyway fall into the wait. A count of events must always be read with the time in which they could happen.
    """)
        }
    )
    return (deaths,)


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Try it

    Change `longest` to `"45 day"`. Which of the three hospitals now loses the fewest points, and which one would you send a patient to?

    The program holds to the rule of this lesson: `referral_to_dose_median` counts who leaves until that day and who is never
    treated as waiting for ever (Kaplan and Meier 1958, *Journal of the American Statistical Association*), and
    `mfg report` sets the share of patients who complete their course beside the wait.
    """)
    return


if __name__ == "__main__":
    app.run()
