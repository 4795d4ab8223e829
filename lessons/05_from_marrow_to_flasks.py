"""From marrow to flasks

A few thousand founder cells become a hundred million by doubling. How often they must double decides the weeks; the room in the flasks decides the passages.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="From marrow to flasks")


@app.cell
def _():
    from math import ceil, log2

    import altair as alt
    import marimo as mo
    import pandas as pd

    import mfg
    from mfg.growth import Culture
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import HAND, INK, SECOND, WIDTH, number, of, percent
    from mfg.plan.compile import plan_of
    from mfg.plan.sizing import flasks_for, target

    return (
        Culture,
        HAND,
        INK,
        Picture,
        SECOND,
        WIDTH,
        alt,
        ceil,
        flasks_for,
        log2,
        mfg,
        mo,
        number,
        of,
        pd,
        percent,
        plan_of,
        target,
    )


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # From marrow to flasks

    A syringe of marrow holds very few of the cells that one wants. The rest of the dose has to be *grown*, and cells grow in one way
    only: each becomes two. This lesson follows the count, from the syringe to the dose, and asks what decides how long it takes.
    """)
    return


@app.cell
def _(mfg, plan_of):
    plan = plan_of(
        mfg.load_scenario("lenzumestrocel-phase2")
    )  # the scenario in plain numbers; times are minutes
    recipe, facility, people = plan.recipes[0], plan.facilities[0], plan.people
    terms = recipe.cultivation
    typical_hours = people.doubling.typical / 60
    return facility, people, recipe, terms, typical_hours


@app.cell(hide_code=True)
def _(mo, typical_hours):
    doubling = mo.ui.slider(
        18, 45, step=1, value=round(typical_hours), show_value=True, label="hours for one doubling"
    )
    marrow = mo.ui.slider(10, 80, step=5, value=40, show_value=True, label="marrow collected, mL")
    weight = mo.ui.slider(40, 110, step=2, value=72, show_value=True, label="the patient's weight, kg")
    mo.vstack(
        [
            mo.md("## Try it\n\nMove one of the three. Which of them costs weeks, and which only flasks?"),
            doubling,
            marrow,
            weight,
        ]
    )
    return doubling, marrow, weight


@app.cell
def _(Culture, ceil, facility, flasks_for, mfg, people, recipe, target, terms):
    protocol = mfg.load_protocol("lenzumestrocel-phase2")
    kept = (
        facility.work["passage"].recovers.typical / 100
    )  # of the cells that a passage takes off the plastic

    def grown(hours, marrow_mL, weight_kg, colonies=people.colonies.typical):
        """A culture that nobody has to wait for: its cells by day, and its passages."""
        dose = float(mfg.dose(protocol, arm="msc", weight=f"{weight_kg} kg").total_cells)
        most = flasks_for(recipe, facility, target(recipe, facility, dose))
        time = hours * 60
        culture = Culture(
            terms,
            most_flasks=most,
            doubling=(time * people.primary, time, time, time * (1 + people.slowing)),
            lags=(people.first_lag.typical, people.lag.typical),
            limit=people.limit.typical,
        )
        mononuclear = marrow_mL * people.mononuclear.typical
        founders = mononuclear * colonies
        culture.plate(mononuclear, founders, now=0)
        curve, passages = [], []
        while True:
            end = culture.harvestable_at()
            if end == float("inf"):
                break
            end = ceil(end)
            curve += [
                (now / 1440, culture.cells(now), culture.passage)
                for now in (*range(culture.since, end, 180), end)
            ]
            passages.append(
                (
                    culture.passage,
                    culture.since / 1440,
                    end / 1440,
                    culture.seeded,
                    culture.cells(end),
                    culture.flasks,
                )
            )
            if culture.is_last:
                break
            culture.replate(culture.cells(end) * kept, end)
        return mononuclear, founders, dose, curve, passages

    return grown, kept, protocol


@app.cell
def _(doubling, grown, marrow, pd, weight):
    mononuclear, founders, dose, curve, rows = grown(doubling.value, marrow.value, weight.value)
    passages = pd.DataFrame(rows, columns=["passage", "begun", "ended", "plated", "grown", "flasks"])
    cells = pd.DataFrame(curve, columns=["day", "cells", "passage"])
    return cells, dose, founders, mononuclear, passages


@app.cell
def _(
    HAND,
    INK,
    Picture,
    SECOND,
    WIDTH,
    alt,
    cells,
    dose,
    doubling,
    founders,
    marrow,
    mo,
    number,
    of,
    passages,
    weight,
):
    thousands = "datum.value < 1e6 ? format(datum.value, ',') : format(datum.value / 1e6, ',') + ' million'"
    tens = alt.Axis(values=[10**n for n in range(3, 10)], labelExpr=thousands)
    y = alt.Y(
        "cells:Q", scale=alt.Scale(type="log"), title="cells, each line ten times the one below", axis=tens
    )
    line = (
        alt.Chart(cells)
        .mark_line(color=HAND, strokeWidth=2.5)
        .encode(x=alt.X("day:Q", title="days in culture"), y=y, detail="passage:N")
    )
    needed = alt.Chart(cells.head(1).assign(dose=dose, said="the dose")).encode(y=alt.Y("dose:Q"))
    goal = needed.mark_rule(color=INK, strokeDash=[5, 3]) + needed.mark_text(
        align="left", dy=-8, color=SECOND
    ).encode(x=alt.value(4), text="said:N")
    said = passages.assign(text=[of(many, "flask") for many in passages["flasks"]], at=passages["ended"])
    words = (
        alt.Chart(said)
        .mark_text(align="right", dx=-8, dy=-4, color=INK)
        .encode(x="at:Q", y="grown:Q", text="text:N")
    )
    last = passages.iloc[-1]
    picture = Picture(
        "growth",
        f"{number(founders)} founders become {number(last.grown / 1e6)} million cells in {number(last.ended)} days",
        f"{marrow.value} mL of marrow, {doubling.value} hours for a doubling, a patient of {weight.value} kg. Each drop of the line is a passage.",
        (line + goal + words).properties(width=WIDTH, height=280),
    )
    mo.Html(picture.svg())
    return (picture,)


@app.cell(hide_code=True)
def _(dose, facility, founders, kept, log2, marrow, mo, mononuclear, passages, percent, terms):
    last_one = passages.iloc[-1]
    taken_off = facility.work["harvest"].recovers.typical / 100
    washed = facility.work["formulate"].recovers.typical / 100
    stages = [
        ("marrow", f"{marrow.value} mL"),
        ("cells with one nucleus, after separation", f"{mononuclear:,.0f}"),
        ("founders: those that attach and found a colony", f"{founders:,.0f}"),
        (
            f"grown, after {len(passages) - 1} passages in up to {last_one.flasks:.0f} flasks",
            f"{last_one.grown:,.0f}",
        ),
        ("taken off the plastic", f"{last_one.grown * taken_off:,.0f}"),
        ("washed and suspended", f"{last_one.grown * taken_off * washed:,.0f}"),
        ("the dose that is prescribed", f"{dose:,.0f}"),
    ]
    rows_of = "\n".join(f"    | {what} | {how_many} |" for what, how_many in stages)
    doublings = log2(last_one.grown / founders / kept ** (len(passages) - 1))
    mo.md(f"""
    ## The count, stage by stage

    | | |
    |---|--:|
{rows_of}

    From founders to harvest every cell line doubles about {doublings:.0f} times, counting those that make up for the {percent(1 - kept)} which each
    passage loses.

    **Why passages?** These cells grow only on the bottom of a flask, which has {terms.vessel_cm2:.0f} cm², and stop when it is covered. So at {percent(terms.harvest_at)}
    of that they are taken off and spread thinly, {terms.reseeding:,.0f} to a square centimetre, over more flasks. The flasks of the last passage must
    hold the whole dose; that is why a heavier patient needs more of them.

    How much marrow holds, how fast cells double and what each step loses are *assumptions* of the files in this package: published values differ
    several-fold from patient to patient. Flask, density and dose are those of Oh and others (2018, *Annals of Neurology*).
    """)
    return doublings, stages


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    You may have *one* of two improvements: twice as many founders in each millilitre of marrow, or cells that double in four fifths of the time. Which
    gets the patient treated sooner?
    """)
    return


@app.cell
def _(grown, people, typical_hours):
    def days(hours=typical_hours, marrow_mL=40, colonies=people.colonies.typical):
        return grown(hours, marrow_mL, 72, colonies)[-1][-1][2]  # when the last passage ends

    as_it_is = days()
    more_founders = days(colonies=2 * people.colonies.typical)
    more_marrow = days(marrow_mL=80)
    faster = days(hours=0.8 * typical_hours)
    return as_it_is, faster, more_founders, more_marrow


@app.cell(hide_code=True)
def _(as_it_is, faster, mo, more_founders, more_marrow, people, typical_hours):
    mo.accordion(
        {
            "Answer": mo.md(f"""
    The faster cells, by far. A typical culture takes {as_it_is:.1f} days. With twice the founders it takes {more_founders:.1f}, with faster cells {faster:.1f}.

    Twice as many founders save *one* doubling, about {typical_hours * people.primary:.0f} hours, since the first ones are the quickest. Faster cells save a fifth of
    *every* doubling. Counts grow exponentially, so what multiplies the count adds only a little to the time; what changes the pace multiplies the
    time. The same holds for more marrow: twice as much makes it {more_marrow:.1f} days, which is no reason to take more of it from an ill person.
    """)
        }
    )
    return


if __name__ == "__main__":
    app.run()
