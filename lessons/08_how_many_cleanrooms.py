"""How many clean rooms

One room too few lets a queue grow without end. One room more helps only if everything else that the work needs comes with it.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="How many clean rooms")


@app.cell(hide_code=True)
def _():
    import tempfile

    import altair as alt
    import marimo as mo
    import pandas as pd

    import mfg
    from mfg.frames.occupancy import occupancy
    from mfg.pictures.occupancy import hours_picture
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import BAD, GOOD, HAND_COLOUR, WIDTH, days, number, percent
    from mfg.study.stored import load_run
    from mfg.study.variants import Variant

    return (
        BAD,
        GOOD,
        HAND_COLOUR,
        Picture,
        Variant,
        WIDTH,
        alt,
        days,
        hours_picture,
        load_run,
        mfg,
        mo,
        number,
        occupancy,
        pd,
        percent,
        tempfile,
    )


@app.cell(hide_code=True)
def _(mfg, mo):
    gmp = mfg.load_site("seoul").facilities["gmp"]
    mo.md(f"""
    # How many clean rooms

    Cells that will be injected are handled in a **clean room**, here called a suite: filtered air, gowned staff, and one patient's cells
    at a time. Suites are dear to build and to run. How many does a hospital need that treats patients with ALS with their own cells?

    The hospital of this lesson is invented (no source describes a real one), and has {gmp.suites} suites and {gmp.operators} trained operators. The treatment is
    lenzumestrocel as it is sold in Korea, for about as many patients as the company reports (Corestem 2019, advertisement feature).
    """)
    return (gmp,)


@app.cell
def _(Variant, load_run, mfg, tempfile):
    # suites and operators; the first is the hospital as it is
    sizes = [(2, 4), (1, 4), (3, 4), (2, 6), (3, 6)]

    variants = [
        Variant(
            f"{suites} suite{'s' * (suites > 1)}, {operators} operators",
            {"suites": str(suites), "operators": str(operators)},
        )
        for suites, operators in sizes
    ]
    kept = tempfile.TemporaryDirectory(prefix="mfg-lesson-")
    comparison = mfg.compare(
        "lenzumestrocel-korea",
        variants=variants,
        figures=["referral_to_dose_p90"],
        replications=8,
        output=f"{kept.name}/suites",
    )
    as_it_is, *others = load_run(comparison.folder).variants
    return as_it_is, comparison, kept, others, sizes, variants


@app.cell(hide_code=True)
def _(BAD, GOOD, HAND_COLOUR, Picture, WIDTH, alt, as_it_is, comparison, days, others, pd):
    waits = {one.name: one.figure("referral_to_dose_p90") for one in (as_it_is, *others)}
    shown = {one.variant: one for one in comparison.judged}

    def kind(name):
        if name == as_it_is.name:
            return "as it is"
        if not shown[name].told_apart:
            return "not told apart from it"
        return "longer" if shown[name].mean > 0 else "shorter"

    drawn = pd.DataFrame(
        [(name, one.mean, one.low, one.high, kind(name), days(one.mean)) for name, one in waits.items()],
        columns=["size", "days", "low", "high", "against it", "said"],
    )
    colours = {"as it is": HAND_COLOUR, "shorter": GOOD, "longer": BAD, "not told apart from it": "#9AA5AC"}
    present = [one for one in colours if (drawn["against it"] == one).any()]
    rows = alt.Y("size:N", sort=list(drawn["size"]), title=None)
    scale = alt.Scale(type="log", domain=[25, 700], nice=False)
    title = "days until nine in ten patients have their first dose (each step of the scale doubles them)"
    across = alt.X("days:Q", scale=scale, title=title, axis=alt.Axis(values=[25, 50, 100, 200, 400]))
    colour = alt.Color(
        "against it:N", sort=present, scale=alt.Scale(domain=present, range=[colours[one] for one in present])
    )
    base = alt.Chart(drawn)
    lines = base.mark_rule(strokeWidth=3).encode(
        y=rows, x=alt.X("low:Q", scale=scale, title=title), x2="high:Q", color=colour
    )
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(y=rows, x=across, color=colour)
    words = base.mark_text(align="left", dx=8).encode(
        y=rows, x=alt.X("high:Q", scale=scale, title=title), text="said:N"
    )
    better = [name for name in shown if kind(name) == "shorter"]
    many = "None" if not better else "Only one" if len(better) == 1 else len(better)
    least = min(waits, key=lambda name: waits[name].mean)
    sweep = Picture(
        "sweep",
        f"{many} of the {len(others)} other sizes {'shorten' if len(better) > 1 else 'shortens'} the wait"
        + (f", at best to {days(waits[least].mean)}: {least}" if better else ""),
        "Dot: mean of the replications; line: the interval that holds it in 95 cases of 100. Colours judge the paired difference.",
        (lines + dots + words).properties(width=WIDTH, height=170),
    )
    return better, colours, drawn, kind, least, many, shown, sweep, waits


@app.cell(hide_code=True)
def _(mo, sweep):
    mo.vstack([mo.md("## One less, one more"), mo.Html(sweep.svg())])
    return


@app.cell(hide_code=True)
def _(as_it_is, mo, number, others, percent, shown, waits):
    load = {one.name: one.figure("load_gmp.suites").mean for one in (as_it_is, *others)}
    one_less, third, more_staff, both = (one.name for one in others[:4])
    mo.md(f"""
    Read it from the top.

    - **{one_less}.** The work that is asked of the suite makes up {percent(load[one_less])} of the hours in which it is open. What is above 100% never
      gets done; the queue grows for as long as patients keep coming, and {number(waits[one_less].mean)} days are only what it had come to when we stopped looking. This is not a
      slow hospital but an impossible one.
    - **{third}.** A third room: {shown[third].words.split(": ", 1)[1]}.
    - **{more_staff}.** More hands instead: {shown[more_staff].words.split(": ", 1)[1]}.
    - **{both}.** Both: {shown[both].words.split(": ", 1)[1]}.

    (`referral_to_dose_p90` is the figure in the picture: the days from referral within which nine patients in ten have their first dose.)
    """)
    return both, load, more_staff, one_less, third


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    Why does neither a third suite alone nor more operators alone help, while both together do?
    """)
    return


@app.cell(hide_code=True)
def _(gmp, mo):
    mo.accordion(
        {
            "Answer": mo.md(f"""
    Most of the work in a suite takes one suite **and** two operators. {gmp.operators} operators make {gmp.operators // 2} crews, and there are {gmp.suites} suites for
    them. With one suite more there is a room without a crew. With two operators more there is a crew without a room. What is short is
    neither, it is the *pair*.

    This is why one should ask what work **needs together**, and not only which resource is busiest. The program calls such a pair
    `gmp.crews`; `mfg limits lenzumestrocel-korea` finds it by itself.
    """)
        }
    )
    return


@app.cell(hide_code=True)
def _(as_it_is, gmp, hours_picture, mo, occupancy, percent):
    hours = occupancy(as_it_is).hours.query("resource == 'gmp.suites'")
    opened = hours[hours["is_open"]]
    week = hours_picture(as_it_is)
    mo.vstack(
        [
            mo.md(f"""
    ## Empty, and yet full

    While the facility is open, {percent(opened["mean"].mean())} of its suites are in use on average. That sounds like room to spare. But work does not come
    evenly: cells are fed on {" and ".join(gmp.medium_on)}. At the worst hour all suites are taken in {percent(opened["full"].max())} of the weeks, and
    of all the hours of a week there are {percent((1 - hours["is_open"]).mean())} in which the facility is closed and a suite does nothing.
    """),
            mo.Html(week.svg()),
        ]
    )
    return hours, opened, week


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    An average hides the hours in which everybody wants the same room. Looking at the week shows two cheaper remedies than building:
    feeding cultures on other days, and opening longer.

    ## Try it

    1. Add `(4, 8)` to `sizes`. Does a fourth suite with its crew help as much as the third did?
    2. Put `settings={"medium_on": "['Tue', 'Fri']"}` into the call of `mfg.compare`, so that cultures are fed on other days. Which hours
       are full now?
    """)
    return


if __name__ == "__main__":
    app.run()
