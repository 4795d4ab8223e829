"""One patient, hour by hour

For four weeks somebody has the cells in hand for a few hours only. The rest is growth, and it all ends in one long day that has to fit.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="One patient, hour by hour")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import pandas as pd

    import mfg
    from mfg.pictures.patient import patient_picture
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import GOOD, HAND, TESTS, WAY, WIDTH, day_of, of, percent
    from mfg.study.stored import load_run

    return (
        GOOD,
        HAND,
        Picture,
        TESTS,
        WAY,
        WIDTH,
        alt,
        day_of,
        load_run,
        mfg,
        mo,
        of,
        patient_picture,
        pd,
        percent,
    )


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # One patient, hour by hour

    Before anybody asks how many patients a hospital can treat, it helps to follow one. The model below plays through the phase 2 trial of
    lenzumestrocel once: every patient, every piece of work, every result of the laboratory, to the minute. How long work takes and what
    goes wrong is drawn by chance, so this is *one possible future* and no record of what happened in the trial.
    """)
    return


@app.cell
def _(load_run, mfg):
    scenario = "lenzumestrocel-phase2"
    run = mfg.simulate(scenario, replications=1, seed=1)
    stored = load_run(run.folder).base
    given = run.doses[run.doses["given"] & (run.doses["name"] == "dose 1")]
    patients = sorted(given["patient"].unique())
    return scenario, given, patients, run, stored


@app.cell(hide_code=True)
def _(mfg, mo, patients, scenario):
    whom = mo.ui.dropdown(patients, value=mfg.trace(scenario, seed=1).patient, label="patient")
    mo.vstack(
        [
            mo.md(
                "## Try it\n\nFollow somebody else. Whose dose was late, or whose lot was lost, and what became of it?"
            ),
            whom,
        ]
    )
    return (whom,)


@app.cell
def _(mo, patient_picture, stored, whom):
    way = patient_picture(stored, whom.value)
    mo.Html(way.svg())
    return (way,)


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    A **lot** is what is made from one collection of marrow; here each dose has its own. The facility *isolates* the stromal cells from the
    marrow, lets them grow in flasks, and from time to time *passages* them: takes them off the plastic and spreads
    them over more flasks. The *medium* that feeds them is changed twice a week. Before the injection they are *harvested*, and *formulated*: suspended in the patient's own spinal fluid.

    ## How much of it is work?

    The same way as a list, line by line, is the patient's **trace**. Add up the hours that hands spent on the cells of the first dose.
    """)
    return


@app.cell
def _(given, mfg, pd, scenario, whom):
    story = mfg.trace(scenario, patient=whom.value, seed=1)
    lines = pd.DataFrame(
        {
            "what": [one.what for one in story.lines],
            "begun": [one.begun for one in story.lines],
            "ended": [one.ended for one in story.lines],
            "hours": [one.lasted_min / 60 for one in story.lines],
        }
    )
    words = lines["what"].str.extract(r"^(?P<work>.*?) \((?P<of>lot|dose) (?P<number>\d+)\)$")
    lines = lines.join(words)
    lot = given.set_index("patient")["lot"][
        whom.value
    ]  # from which the first dose was made: an earlier one may be lost
    of_dose = (lines["of"] == "dose") & (lines["number"] == "1")
    first_dose = lines[of_dose | ((lines["of"] == "lot") & (lines["number"] == str(lot)))]
    return first_dose, lines, story


@app.cell
def _(first_dose, pd):
    hands = ["collect", "isolate", "medium", "passage", "harvest", "draw", "formulate", "administer"]
    at_work = first_dose[first_dose["work"].isin(hands)]
    by_work = at_work.groupby("work", sort=False)["hours"].agg(["count", "sum"]).reset_index()
    begin = first_dose.loc[first_dose["work"] == "collect", "begun"].iloc[0]
    injected = first_dose.loc[first_dose["work"] == "administer", "ended"].iloc[-1]
    span_hours = (injected - begin) / pd.Timedelta(hours=1)
    hand_hours = at_work["hours"].sum()
    by_work.rename(columns={"count": "times", "sum": "hours"}).round(1)
    return hands, at_work, begin, by_work, hand_hours, injected, span_hours


@app.cell(hide_code=True)
def _(hand_hours, mo, of, percent, span_hours):
    mo.md(f"""
    From the collection to the injection it took {span_hours / 24:.0f} days. In all that time hands were on the cells for {hand_hours:.0f} hours:
    **{percent(hand_hours / span_hours)}**. For the remaining {of(round((span_hours - hand_hours) / 24), "day")} they grew in an incubator, travelled, or
    waited for a result.

    ## The last day

    Everything comes together on the day of the injection. Cells in suspension are used within hours, so none of the steps can wait for tomorrow.
    """)
    return


@app.cell
def _(GOOD, HAND, Picture, TESTS, WAY, WIDTH, alt, day_of, first_dose, injected, mo, pd):
    today = first_dose[
        (first_dose["begun"].dt.date == injected.date())
        & first_dose["work"].isin(
            ["harvest", "formulate", "test count and viability", "ship out", "administer"]
        )
    ]
    morning = today["begun"].min()
    chart_data = today.assign(
        since=(today["begun"] - pd.Timestamp(injected.date())) / pd.Timedelta(hours=1),
        till=(today["ended"] - pd.Timestamp(injected.date())) / pd.Timedelta(hours=1),
        kind=today["work"].map(
            lambda work: (
                "test"
                if work.startswith("test")
                else {"ship out": "way", "administer": "injection"}.get(work, "hands")
            )
        ),
    )
    kinds = {"hands": HAND, "test": TESTS, "way": WAY, "injection": GOOD}
    bars = (
        alt.Chart(chart_data)
        .mark_bar(size=16)
        .encode(
            x=alt.X(
                "since:Q", title="hour of the day", scale=alt.Scale(zero=False), axis=alt.Axis(tickMinStep=1)
            ),
            x2="till:Q",
            y=alt.Y("work:N", sort=list(chart_data["work"]), title=None),
            color=alt.Color("kind:N", scale=alt.Scale(domain=list(kinds), range=list(kinds.values()))),
        )
    )
    in_row = (injected - morning) / pd.Timedelta(hours=1)
    last_day = Picture(
        "day",
        f"The injection ends {in_row:.1f} hours after the harvest begins",
        f"{day_of(injected.date())}, the day of the first dose.",
        bars.properties(width=WIDTH, height=150),
    )
    mo.Html(last_day.svg())
    return chart_data, in_row, last_day, morning, today


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    If hands are needed for so small a part of the time, would twice the staff give patients their cells much sooner?
    """)
    return


@app.cell(hide_code=True)
def _(hand_hours, in_row, mo, span_hours):
    mo.accordion(
        {
            "Answer": mo.md(f"""
    No. Even if all {hand_hours:.0f} hours of work took no time at all, {span_hours - hand_hours:,.0f} of {span_hours:,.0f} hours would be left, because cells double at their
    own pace and the protocol gives the culture its days.

    But the few hours must happen *when they are due*: a culture that is full is passaged now and not next week, and on the last day
    {in_row:.1f} hours of steps have to follow one another while facility, courier and clinic are open. People and rooms do not make the cells
    grow faster. They decide whether this patient's hour and another patient's hour collide. That is what the next lesson is about.
    """)
        }
    )
    return


if __name__ == "__main__":
    app.run()
