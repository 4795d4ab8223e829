"""Release tests and the twelve hours

Cells in suspension keep for twelve hours; a test of sterility takes fourteen days. So most tests are made on something earlier, and one answers after the injection.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="Release tests and the twelve hours")


@app.cell
def _():
    from functools import cache

    import altair as alt
    import marimo as mo
    import pandas as pd

    import mfg
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import BAD, HAND_COLOUR, INK, TESTS_COLOUR, WIDTH, days, number, of
    from mfg.results.figures import half_width

    return (
        BAD,
        HAND_COLOUR,
        INK,
        Picture,
        TESTS_COLOUR,
        WIDTH,
        alt,
        cache,
        days,
        half_width,
        mfg,
        mo,
        number,
        of,
        pd,
    )


@app.cell
def _(mfg):
    scenario = "lenzumestrocel-phase2"
    protocol = mfg.load_protocol(scenario)
    keeps_hours = int(protocol.formulation.use_within.to("hour").magnitude)
    trial = mfg.simulate(scenario, replications=1, seed=1)
    return keeps_hours, protocol, scenario, trial


@app.cell(hide_code=True)
def _(keeps_hours, mo):
    mo.md(f"""
    # Release tests and the twelve hours

    Before cells may be given, somebody has to show that they are the right ones, alive, and free of germs. Each of these **release tests**
    takes its time. But once the cells are suspended for the injection they must be used within **{keeps_hours} hours** (Oh and others 2018, *Annals of
    Neurology*, for lenzumestrocel). This lesson looks at what fits into that, and what does not.
    """)
    return


@app.cell
def _(pd, trial):
    injected = trial.doses[trial.doses["given"] & (trial.doses["name"] == "dose 1")].set_index("patient")
    results = trial.tests.join(injected[["lot", "given_day"]].add_suffix("_of_dose"), on="patient")
    results = results[(results["lot"] == results["lot_of_dose"]) & results["dose"].isin([0, 1])]
    once = results.groupby("patient")["test"].agg(
        lambda tests: tests.is_unique
    )  # nobody whose test was repeated
    whom = once[once].index[0]
    tests = results[results["patient"] == whom].sort_values("sampled_day")
    tests = pd.DataFrame(
        {
            "test": tests["test"],
            "from": tests["sampled_day"] - tests["given_day_of_dose"],
            "to": tests["result_day"] - tests["given_day_of_dose"],
        }
    )
    return tests, whom


@app.cell
def _(INK, Picture, TESTS_COLOUR, WIDTH, alt, days, mo, of, tests, whom):
    late = tests[tests["to"] > 0]
    in_time = tests[tests["to"] <= 0]
    bars = (
        alt.Chart(tests)
        .mark_bar(size=14, color=TESTS_COLOUR)
        .encode(
            x=alt.X("from:Q", title="days from the injection", axis=alt.Axis(tickMinStep=1)),
            x2="to:Q",
            y=alt.Y("test:N", sort=list(tests["test"]), title=None),
        )
    )
    ends = (
        alt.Chart(tests)
        .mark_point(filled=True, color=TESTS_COLOUR, size=60, opacity=1)
        .encode(x="to:Q", y=alt.Y("test:N", sort=list(tests["test"])))
    )
    injection = alt.Chart(tests.head(1).assign(zero=0)).mark_rule(color=INK, strokeWidth=2).encode(x="zero:Q")
    when = Picture(
        "results",
        f"{len(in_time)} of {of(len(tests), 'result')} are in before the injection, {len(late)} comes {days(round(late['to'].max()))} after it",
        f"First dose of patient {whom} in one simulated trial; each bar from the sample to the result. The line is the injection.",
        (bars + ends + injection).properties(width=WIDTH, height=170),
    )
    mo.Html(when.svg())
    return in_time, late, when


@app.cell(hide_code=True)
def _(keeps_hours, late, mo):
    mo.md(f"""
    The trick is to test something *earlier*. For the tests on the left a sample is taken from the culture days before the cells
    are suspended, early enough for the result. Only two tests look at what is really injected: the count of living cells, which is quick,
    and "{late["test"].iloc[0]}", whose result comes when the cells are long in the patient. Germs need time to grow until one sees them: the test of
    the pharmacopoeia (United States Pharmacopeia, chapter 71) waits {late["to"].max():.0f} days. It holds up nothing; if it is positive the doctor is told, and
    can treat.

    ## What if the quick test were not so quick?

    So of all tests only the *count and viability* runs against the {keeps_hours} hours. Let it take longer, and see how many products are thrown away
    because they got too old.
    """)
    return


@app.cell(hide_code=True)
def _(mo):
    closing = mo.ui.dropdown(
        ["18:00", "19:00", "20:00", "22:00"], value="22:00", label="a second clinic, which closes at"
    )
    mo.vstack(
        [
            mo.md(
                "## Try it\n\nLet the second clinic close earlier or later. What is it that the products run out of?"
            ),
            closing,
        ]
    )
    return (closing,)


@app.cell
def _(cache, half_width, mfg, scenario):
    plays = 10

    @cache
    def expired(test_hours, closes):
        """How many products expire in a trial (the mean of all plays, and its interval of 95 %), and the median age of those that are given; or why it cannot be."""
        settings = {
            "test.count and viability.turnaround": f"{test_hours} hour",
            "clinic.hospital.hours": f"Mon-Fri 09:00-{closes}",
        }
        try:
            run = mfg.simulate(scenario, replications=plays, seed=1, settings=settings)
        except mfg.Faults as refused:
            return None, None, None, None, str(refused.faults[0])
        lost = (run.lots["outcome"] == "expired").groupby(run.lots["replication"]).sum().to_numpy()
        mean, half = lost.mean(), half_width(lost)
        return mean, max(0, mean - half), mean + half, run.doses["age_hour"].median(), None

    return expired, plays


@app.cell
def _(closing, expired, pd):
    lengths = [0.5, 1, 1.5, 2, 2.5, 3]
    tried = pd.DataFrame(
        [
            (hours, f"closes at {closes}", *expired(hours, closes))
            for closes in dict.fromkeys(["18:00", closing.value])
            for hours in lengths
        ],
        columns=["test, h", "clinic", "expired", "low", "high", "age, h", "refused"],
    )
    return lengths, tried


@app.cell
def _(BAD, HAND_COLOUR, Picture, WIDTH, alt, keeps_hours, mo, number, plays, tried):
    known = tried.dropna(subset=["expired"])
    worst = known.loc[known["expired"].idxmax()]
    colours = alt.Scale(domain=list(dict.fromkeys(known["clinic"])), range=[BAD, HAND_COLOUR])
    base = alt.Chart(known).encode(
        x=alt.X("test, h:Q", title="hours from the sample's end to the count"),
        y=alt.Y("expired:Q", title="products expired in a trial"),
        color=alt.Color("clinic:N", scale=colours),
    )
    bands = base.mark_rule(strokeWidth=3, opacity=0.6).encode(
        y=alt.Y("low:Q", title="products expired in a trial"), y2="high:Q"
    )
    lost = Picture(
        "expired",
        f"{number(worst['expired'])} products a trial expire if the count takes {number(worst['test, h'])} hours and the clinic {worst['clinic']}",
        f"Dot: mean of {plays} simulated trials; upright line: its interval of 95%. Half of the products that are given are at most {number(known['age, h'].min())} to "
        f"{number(known['age, h'].max())} hours old, by the length of the count; {keeps_hours} are allowed.",
        (
            bands + base.mark_line(strokeWidth=2.5) + base.mark_point(filled=True, size=70, opacity=1)
        ).properties(width=WIDTH, height=220),
    )
    mo.Html(lost.svg())
    return bands, known, lost, worst


@app.cell(hide_code=True)
def _(mo, tried):
    refusals = tried.dropna(subset=["refused"])
    said = "\n\n    ".join(f"> {row.refused}" for row in refusals.head(1).itertuples())
    mo.md(
        f"""
    Where a line ends, the package refuses to play the trial at all, in these words:

    {said}
    """
        if len(refusals)
        else "Every length of the test can be played in both clinics."
    )
    return (refusals,)


@app.cell(hide_code=True)
def _(keeps_hours, mo):
    mo.md(f"""
    ## Question

    A product may be {keeps_hours} hours old. The count takes two hours and the drive about one. Why do products expire at all?
    """)
    return


@app.cell
def _(expired, number):
    two_hours, early_door = 2, "18:00"
    *lost_early, age_early, _ = expired(two_hours, early_door)
    *lost_late, _, _ = expired(two_hours, "22:00")

    def so_many(mean, low, high):
        """A mean with its interval, or the mean alone where every trial had the same."""
        return number(mean) if low == high else f"{number(mean)} ({number(low)} to {number(high)})"

    return age_early, early_door, lost_early, lost_late, so_many, two_hours


@app.cell(hide_code=True)
def _(age_early, early_door, keeps_hours, lost_early, lost_late, mo, number, plays, so_many, two_hours):
    mo.accordion(
        {
            "Answer": mo.md(f"""
    Because of a door. With a count of {two_hours} hours half of the products that are given are at most {number(age_early)} hours old, far from {keeps_hours}. But harvest and
    formulation fill the day until the afternoon, and a product that reaches the clinic after it has closed at {early_door} must wait for
    the next morning; by then the {keeps_hours} hours are over. That costs {so_many(*lost_early)} products a trial. In a clinic that stays open until 22:00 the cost
    is {so_many(*lost_late)}. (In brackets stands the interval of 95% over {plays} trials: so far luck could have moved the mean.)

    The limit on the label is {keeps_hours} hours; the limit in practice is the evening. A planner who looks only at the label would buy a faster courier.
    A later shift, or an earlier start in the cleanroom, is what helps.
    """)
        }
    )
    return


if __name__ == "__main__":
    app.run()
