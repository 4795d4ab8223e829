"""Fresh or frozen

One collection can serve every dose if its cells are frozen. That spares the patient needles and the clean rooms hours; and one failure then costs more.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="Fresh or frozen")


@app.cell(hide_code=True)
def _():
    import tempfile

    import marimo as mo

    import mfg
    from mfg.frames.time import GROWING, time_to_dose
    from mfg.pictures.paired import paired_pictures
    from mfg.pictures.style import number, percent
    from mfg.pictures.time import vein_picture
    from mfg.study.stored import load_run

    return GROWING, load_run, mfg, mo, number, paired_pictures, percent, tempfile, time_to_dose, vein_picture


@app.cell(hide_code=True)
def _(mfg, mo):
    doses = len(mfg.load_protocol("lenzumestrocel-phase3").doses)
    mo.md(f"""
    # Fresh or frozen

    The patients of this lesson have ALS and are to receive their own bone-marrow cells, up to {doses} times. There are two ways of
    supplying the doses:

    - **fresh**: bone marrow is collected anew for each dose, the cells grow for weeks, and they are given on the day on which they are
      taken out of culture;
    - **bank**: bone marrow is collected once, the cells grow and are frozen in many small containers, and for each dose some of them are
      thawed and grown on for a few days.

    The phase 3 trial of lenzumestrocel has been registered (NCT04745299) and reported in a press release (CorestemChemon 2025). In 2019 the
    company announced a step of freezing, so that one collection could serve all doses (Corestem 2019, advertisement feature). What that
    changes we try out: the same trial is simulated with both supplies.
    """)
    return (doses,)


@app.cell
def _(load_run, mfg, tempfile):
    kept = tempfile.TemporaryDirectory(prefix="mfg-lesson-")
    mfg.compare(
        "lenzumestrocel-phase3",
        vary={"supply": ["fresh", "bank"]},
        replications=8,
        output=f"{kept.name}/supply",
    )
    study = load_run(f"{kept.name}/supply")
    fresh, bank = study.variants
    return bank, fresh, kept, study


@app.cell(hide_code=True)
def _(mo, study):
    mo.md(f"""
    ## The same patients, twice

    Each of the {study.replications} **replications** is one way in which the trial could go: who comes when, how quickly whose cells grow,
    which culture is contaminated. In each of them both supplies meet the *same* patients with the *same* luck, so a difference
    between them is the work of the supply. The picture shows every figure with the difference (bank minus fresh) and an interval that holds it.
    """)
    return


@app.cell(hide_code=True)
def _(mo, paired_pictures, study):
    (differences,) = paired_pictures(study)
    mo.Html(differences.svg())
    return (differences,)


@app.cell(hide_code=True)
def _(bank, fresh, mo, number, percent):
    def mean(variant, figure):
        return variant.figure(figure).mean

    def row(words, figure, said=number):
        return f"| {words} | {said(mean(fresh, figure))} | {said(mean(bank, figure))} |"

    table = "\n".join(
        [
            "| | fresh | bank |",
            "|---|---|---|",
            row("bone-marrow collections for each patient", "collections_per_patient"),
            row("hours of a clean room for each dose", "suite_hours_per_dose"),
            row("lots of cells that are lost", "lots_lost"),
            row("days from collection to dose, median", "vein_to_vein_median"),
            row("days from referral to the first dose, median", "referral_to_dose_median"),
            row("planned doses that are given", "doses_given", percent),
        ]
    )
    mo.md("## What the bank buys\n\n" + table + "\n\nA **lot** is what is made from one collection.")
    return mean, row, table


@app.cell(hide_code=True)
def _(GROWING, bank, fresh, mo, number, percent, time_to_dose):
    first = {one.name: time_to_dose(one) for one in (fresh, bank)}
    culture = {name: number(found.of_kind(GROWING)) for name, found in first.items()}
    treated = bank.table("patients").query("collections > 0")
    again = treated[treated["collections"] > 1]
    lots = again.merge(bank.table("lots").query("lot == 1"), on=["replication", "patient"])
    short = (lots["outcome"] == "released").mean()
    mo.md(f"""
    - **Needles.** A collection is a thick needle into the hip bone. The bank spares most of them. It is not one for each patient: from
      {percent(len(again) / len(treated))} of them bone marrow is collected again. In {percent(short)} of these cases the first bank was sound and
      held too few containers for all doses; in the others it was lost.
    - **Hours.** Growing cells from the marrow is the long part of the work. With a bank it is done once, and for each dose there is only the
      short growth after the thaw.
    - **The first dose does not come sooner.** Its cells must grow all the same: {culture[fresh.name]} days of culture with fresh cells, and
      {culture[bank.name]} with a bank, growth after the thaw included. A bank is for the *later* doses.
    """)
    return again, culture, first, lots, short, treated


@app.cell(hide_code=True)
def _(mo, study, vein_picture):
    ages = vein_picture(study.variants)
    text = """## How old are the cells?

    From vein to vein: the days from a collection to a dose made from it. The first picture calls older cells *worse*. You need not agree:
    most of these days are spent in the freezer, where cells neither grow nor age.
    """
    mo.vstack([mo.md(text), mo.Html(ages.svg())])
    return ages, text


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    A contaminated lot has to be thrown away. In which of the two does that hurt more, and why do the figures hardly show it?
    """)
    return


@app.cell(hide_code=True)
def _(bank, fresh, mo):
    spent = {
        one.name: one.table("doses")
        .query("given and prescribed_cells > 0 and lot > 0")
        .groupby(["replication", "patient", "lot"])
        .size()
        for one in (fresh, bank)
    }
    most = {name: int(doses.max()) for name, doses in spent.items()}
    mo.accordion(
        {
            "Answer": mo.md(f"""
    With fresh cells a lot serves {most[fresh.name]} dose, so its loss delays that dose. A bank serves up to {most[bank.name]}: if it fails, or its
    freezer or its transport does, all of them are without cells until somebody has been collected from and cultured again.

    The figures hardly show it because two things go against each other. Fresh supply has many lots, each of which can fail:
    {fresh.figure("lots_lost").mean:.1f} of them are lost in the trial, against {bank.figure("lots_lost").mean:.1f} with banks. There are **fewer**
    accidents with a bank, and **each is larger**. On average that may come out even; for the patient whom it hits it does not.
    """)
        }
    )
    return most, spent


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Try it

    What if nobody is collected from a second time after a loss? Put `settings={"policy.recollect": "0"}` into the call of `mfg.compare`
    above and run it again. Which of the two supplies loses more doses now? Look at *doses given*, and then at the endings of the patients (`bank.table("patients")["ending"].value_counts()`).

    Whether freezing harms the cells is a question for the laboratory: here a thaw loses some of them, as the site's file
    says (`mfg show lenzumestrocel-phase3 --kind scenario --like thaw`), and what is left works as before. No simulation can show what nobody has told it.
    """)
    return


if __name__ == "__main__":
    app.run()
