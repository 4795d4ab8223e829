"""Read a paper critically

Papers contradict each other, and themselves. Compute what each reading would mean for a dose: some do not matter, some change it by a factor.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="Read a paper critically")


@app.cell(hide_code=True)
def _():
    import re
    from datetime import date, timedelta

    import altair as alt
    import marimo as mo
    import numpy as np
    import pandas as pd

    import mfg
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import BAD, HAND_COLOUR, WIDTH, day_of, number, percent
    from mfg.reader.library import sources
    from mfg.study.variants import Variant

    return (
        BAD,
        HAND_COLOUR,
        Picture,
        Variant,
        WIDTH,
        alt,
        date,
        day_of,
        mfg,
        mo,
        np,
        number,
        pd,
        percent,
        re,
        sources,
        timedelta,
    )


@app.cell(hide_code=True)
def _(mo, sources):
    known = sources()
    count = sum(len(one.contradictions) for one in known.values())
    mo.md(f"""
    # Read a paper critically

    Everything that this package says about cell therapies of ALS comes from {len(known)} documents: papers, a press release, an advertisement and a news
    report. Whoever turns a paper into a plan has to write down every number, and then the numbers are held against each
    other for the first time. {count} times they did not agree.

    That is not a scandal. Papers are shortened, typeset, translated and remembered. But somebody who fills syringes needs *one* number. This lesson
    shows how to find the places, and how to ask of each: **what would either reading mean for a dose?**
    """)
    return count, known


@app.cell
def _(known, pd):
    contradictions = pd.DataFrame(
        [
            (f"{source.cite.split('.')[0]} ({key})", found.about, " | ".join(found.between))
            for key, source in known.items()
            for found in source.contradictions
        ],
        columns=["source", "what does not agree", "between"],
    )
    contradictions
    return (contradictions,)


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    (`oh2018.dose` is the fact called *dose* in the file of that source. `mfg show lenzumestrocel-phase2` prints the contradictions that concern a
    protocol, and its facts with their places in the paper.) We take four of them.

    ## 1. The syringe that is too small

    Oh and others (2018, *Annals of Neurology*) give the number of cells for each kilogram, the cells in each millilitre, and the size of the syringe. Multiply and
    divide, for every weight:
    """)
    return


@app.cell
def _(mfg, np, pd):
    protocol = mfg.load_protocol("lenzumestrocel-phase2")
    rows = []
    for kg in np.arange(40, 90.5, 0.5):
        given = mfg.dose(protocol, arm="msc", weight=f"{kg} kg").administrations[0]
        syringe = given.containers[0].nominal_mL
        rows.append((kg, float(given.volume_mL), float(min(given.volume_mL, syringe)), len(given.containers)))
    doses = pd.DataFrame(rows, columns=["kg", "by weight", "one syringe", "syringes"])
    holds = float(syringe)
    heaviest = doses.loc[doses["syringes"] == 1, "kg"].max()
    return doses, given, heaviest, holds, kg, protocol, rows, syringe


@app.cell
def _(Variant, mfg, known):
    seeded, flask = known["oh2018"].facts["seeding"].value, known["oh2018"].facts["flask"].value
    cells, area = (float(text.split()[0]) for text in (seeded, flask))
    literal = f"{cells / area:.0f} cell/cm**2"
    comparison = mfg.compare(
        "lenzumestrocel-phase2",
        variants=[
            Variant("as read here", {}),
            Variant("as printed", {"protocol.step.expand.seeding": literal}),
        ],
        figures=["doses_given"],
        replications=10,
    )
    patients, lots = comparison.table("patients"), comparison.table("lots")
    return area, cells, comparison, flask, literal, lots, patients, seeded


@app.cell(hide_code=True)
def _(BAD, HAND_COLOUR, Picture, WIDTH, alt, doses, heaviest, holds, mo, number, patients, percent):
    too_heavy = (patients["weight_kg"] > heaviest).mean()
    readings = {
        "by weight": "cells by weight, in as many syringes as it takes",
        "one syringe": "what one syringe holds",
    }
    long = doses.melt("kg", list(readings), var_name="reading", value_name="mL").replace(
        {"reading": readings}
    )
    colour = alt.Color(
        "reading:N",
        sort=list(readings.values()),
        scale=alt.Scale(domain=list(readings.values()), range=[HAND_COLOUR, BAD]),
    )
    lines = (
        alt.Chart(long)
        .mark_line(strokeWidth=3)
        .encode(
            x=alt.X("kg:Q", title="body weight, kg", scale=alt.Scale(domain=[40, 90], nice=False)),
            y=alt.Y("mL:Q", title="volume of a dose, mL", scale=alt.Scale(zero=True)),
            color=colour,
            strokeDash=alt.StrokeDash("reading:N", sort=list(readings.values()), legend=None),
        )
    )
    volumes = Picture(
        "volumes",
        f"Above {number(heaviest)} kg the dose does not fit the syringe of {number(holds)} mL: that is {percent(too_heavy)} of the patients",
        "The same paper, read in two ways. Weights of the patients: assumed, as in the package's file of patients.",
        lines.properties(width=WIDTH, height=240),
    )
    mo.Html(volumes.svg())
    return long, readings, too_heavy, volumes


@app.cell(hide_code=True)
def _(doses, heaviest, holds, known, mo, number, percent):
    at_72 = doses[doses["kg"] == 72].iloc[0]
    mo.md(f"""
    The text says that the volume differed between patients, in one syringe of {number(holds)} mL. If the syringe is the limit, a patient of {number(at_72["kg"])} kg gets
    {percent(at_72["one syringe"] / at_72["by weight"])} of the prescribed cells, and everybody above {number(heaviest)} kg the same dose. If the weight is what counts, there were two syringes.
    The package follows the rule, which the paper states in {len(known["oh2018"].facts["dose"].where)} places, splits the volume, and **says so on every order**.
    """)
    return (at_72,)


@app.cell(hide_code=True)
def _(known, mo, number, re):
    superscript = next(one for one in known["berry2019"].contradictions if one.name.endswith("superscript"))
    factor, lost_power = (int(one) for one in re.search(r"(\d+) x (\d+)", superscript.between[0]).groups())
    meant = float(known["berry2019"].facts["intrathecal"].value["cells"].split()[0])
    fold = meant / (factor * lost_power)
    mo.md(f"""
    ## 2. The lost superscript

    In the text of Berry and others (2019, *Neurology*) the intrathecal dose reads "{factor} x {lost_power}" cells. Multiplied as it stands that is
    {factor * lost_power:,} cells; read as a power of ten that was flattened, {meant:,.0f}: {number(fold)} times as many. The second dose is written in the same way,
    and no laboratory grows marrow for weeks to give so few cells. Copying text out of a
    PDF does this every day; check every power of ten against the printed page.
    """)
    return factor, fold, lost_power, meant, superscript


@app.cell(hide_code=True)
def _(area, cells, comparison, known, literal, lots, mfg, mo, number, seeded):
    (change,) = comparison.of("doses_given")
    seeding = next(one for one in known["oh2018"].contradictions if one.name.endswith(".seeding"))
    comparable = seeding.between[1]
    marrow = lots["mononuclear_cells"].median()
    places = mfg.load_site("seoul").facilities["gmp"].incubator
    mo.md(f"""
    ## 3. The unit that got lost

    Oh and others put "{seeded.removesuffix(" cell")} cells in a flask" of {number(area)} cm². That is {literal.replace("cell/cm**2", "cells for each cm²")}; in {comparable}. Probably "per cm²" was lost. Does it matter?

    - **For the flasks**: a patient's marrow gives about {number(marrow / 1e6)} million cells to plate (assumed). As printed they fill {number(marrow / cells)} flasks, as read here {number(marrow / (cells * area))}. The
      incubator of the invented hospital holds {places}s, for all patients together.
    - **For the dose**: both readings were simulated, on the same patients with the same luck. Doses given: {change.words.split(": ", 1)[1]}. In this model the number of
      cells that found a colony and the time in which they double decide whether a dose is ready, not how densely they were plated.

    A contradiction need not be settled if the answer is the same either way. But it has to be *computed* that it is.
    """)
    return change, comparable, marrow, places, seeding


@app.cell
def _(mfg):
    try:
        mfg.simulate(
            "lenzumestrocel-phase2", settings={"facility.gmp.formulate": "day before"}, replications=1
        )
        refused = ""
    except mfg.Faults as faults:
        refused = faults.faults[0].problem
    return (refused,)


@app.cell(hide_code=True)
def _(date, day_of, known, mo, refused, timedelta):
    day_0 = date(2026, 6, 18)
    facts = known["oh2018"].facts
    interval = int(facts["interval"].value.split()[0])
    second = {
        f"{interval} days (where the groups are described)": day_0 + timedelta(days=interval),
        "four weeks (the advertisement of 2019)": day_0 + timedelta(weeks=4),
        "one month (the visit)": day_0.replace(month=day_0.month + 1),
    }
    weekend = sum(day.weekday() > 4 for day in second.values())
    dated = "\n".join(f"    - {words}: {day_of(day)}" for words, day in second.items())
    mo.md(f"""
    ## 4. The day before

    The paper draws the patient's spinal fluid the day before the injection, and its text has the cells suspended in it then. It also says that the product
    must be given within {facts["use-within"].value}s. Asked to plan it so, the program refuses: *{refused}*.

    Here two sentences cannot both be obeyed, so one of them was not meant. The package suspends on the day of the dose.

    The second injection is dated in three wordings. After a first one on {day_of(day_0)} it would be on

{dated}

    Days of these that fall on a weekend: {weekend}. Somebody at the clinic has had to decide.
    """)
    return dated, day_0, facts, interval, second, weekend


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    A table of Oh and others gives a difference between two groups, and the two means. The difference is not the difference of the means. Is that a mistake?
    """)
    return


@app.cell(hide_code=True)
def _(known, mo, number, re):
    score = next(one for one in known["oh2018"].contradictions if one.name.endswith("appel-score"))
    stated = float(re.search(r"difference (-?[\d.]+)", score.between[0]).group(1))
    first, last = (float(one) for one in re.search(r"([\d.]+) and ([\d.]+),", score.between[1]).groups())
    mo.accordion(
        {
            "Answer": mo.md(f"""
    The means are {number(first, 4)} and {number(last, 4)}, which differ by {number(first - last, 3)}; printed is {number(stated, 3)}.

    It may be a mistake, and it need not be one. Often the difference comes from a model that adjusts for what the groups differed in at the
    start, and the means stand there as they were measured. Then the table should say so. A reader who subtracts finds the question; only the authors know the answer.

    It is no matter for a dose. For a decision that rests on the size of the effect it is.
    """)
        }
    )
    return first, last, score, stated


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Try it

    Choose another line of the table at the top. Write down both readings, and compute what each means: for the cells, for the day, or
    for who is counted. Then say in one sentence which one you take and why. In a protocol file this sentence is part of the number:

    `{ is = "2e5 cell/cm**2", assumed = "...", departs_from = "seeding" }`
    """)
    return


if __name__ == "__main__":
    app.run()
