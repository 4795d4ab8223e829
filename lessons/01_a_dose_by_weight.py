"""A dose by weight, and how it goes wrong

A dose per kilogram is one multiplication. Most wrong doses are that multiplication done wrong in one of a few ways, and each leaves its factor.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="A dose by weight, and how it goes wrong")


@app.cell
def _():
    import tempfile
    from decimal import Decimal
    from pathlib import Path

    import altair as alt
    import marimo as mo
    import pandas as pd

    import mfg
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import BAD, GOOD, WIDTH, number

    return BAD, Decimal, GOOD, Path, Picture, WIDTH, alt, mfg, mo, number, pd, tempfile


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # A dose by weight, and how it goes wrong

    A patient with ALS is to receive cells that were grown from the patient's own bone marrow. The protocol does not say *how many
    cells*; it says how many **for each kilogram of the patient**. So somebody has to multiply, once for every patient, and write the
    result into a table. This lesson looks at that one multiplication.
    """)
    return


@app.cell
def _(mfg):
    protocol = mfg.load_protocol("lenzumestrocel-phase2")
    order = mfg.dose(protocol, arm="msc", weight="72 kg")
    given = order.administrations[0]
    return given, order, protocol


@app.cell(hide_code=True)
def _(given, mo, order):
    per_kg = order.total_cells / order.weight_kg
    mo.md(f"""
    ## One dose, done right

    The protocol is that of the phase 2 trial of lenzumestrocel (Oh and others 2018, *Annals of Neurology*). For {order.weight_kg} kg the
    package answers:

    | | |
    |---|---|
    | prescribed | {per_kg:,.0f} cells for each kilogram |
    | for this patient | {order.total_cells:,.0f} cells |
    | how thick the suspension is | {given.cells / given.volume_mL:,.0f} cells in each millilitre |
    | so the volume is | {given.volume_mL.normalize()} mL, in {len(given.containers)} syringes |

    Nobody can see by looking at a cloudy liquid how many cells it holds. If the number on the paper is wrong, the syringe is wrong.
    """)
    return


@app.cell
def _(Decimal, mfg, pd, protocol):
    weights = [61.5, 72, 58.3, 64, 66.2, 55, 80.5, 70, 49.5, 93, 67.4, 59]
    table = pd.DataFrame({"patient": list("ABCDEFGHIJKL"), "weight_kg": weights})
    right = [mfg.dose(protocol, arm="msc", weight=f"{kg} kg").total_cells for kg in weights]
    cells_per_kg = right[0] / Decimal(str(weights[0]))

    slips = {
        "B": right[1] * 10,  # a nought too many
        "C": right[2] / 1000,  # another prefix
        "D": cells_per_kg,  # nobody multiplied
        "E": round(right[4] * Decimal("2.20462")),  # pounds
        "J": right[9] / 10,  # a nought too few
    }
    table["cells"] = [int(slips.get(who, dose)) for who, dose in zip(table["patient"], right, strict=True)]
    return right, slips, table


@app.cell(hide_code=True)
def _(mo, slips, table):
    mo.md(f"""
    ## The same dose, done wrong

    Here is a table as it might come from a clinic: {len(table)} patients with their weights and the doses that somebody calculated.
    {len(slips)} of the doses were spoiled on purpose, each with a slip that really happens:

    - **ten-fold**: a nought too many, or a decimal point in the wrong place. Lesar (2002, *Annals of Pharmacotherapy*) studied two hundred such errors
      in one hospital;
    - **thousand-fold**: a unit with another prefix;
    - **per kilogram as total**: the number from the protocol is copied, and nobody multiplied;
    - **pounds as kilograms**: the scale showed pounds.
    """)
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## A second pair of eyes

    An **audit** computes every dose again, from the protocol and the weight, and holds it against what is written. It has not been told
    which rows are wrong.
    """)
    return


@app.cell
def _(Path, mfg, pd, protocol, table, tempfile):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "doses.csv"
        table.to_csv(path, index=False)
        verdicts = [one for _, one in mfg.audit(protocol, path, arm="msc").verdicts()]

    findings = pd.DataFrame(
        {
            "patient": [one.patient for one in verdicts],
            "verdict": [one.verdict for one in verdicts],
            "likely slip": [", ".join(one.likely) for one in verdicts],
            "why": [one.reason for one in verdicts],
        }
    )
    findings[findings["verdict"] != "ok"]
    return findings, path, verdicts


@app.cell
def _(BAD, GOOD, Picture, WIDTH, alt, findings, mo, number, right, table):
    drawn = table.assign(
        times=[float(written / exact) for written, exact in zip(table["cells"], right, strict=True)],
        verdict=findings["verdict"],
        slip=findings["likely slip"],
    )
    drawn["said"] = [
        f"{row.slip}: {number(row.times)} times" if row.slip else "" for row in drawn.itertuples()
    ]
    x = alt.X(
        "times:Q",
        scale=alt.Scale(type="log", domain=[1e-4, 1e3]),
        title="written dose, as a multiple of the prescribed one (from line to line ten-fold)",
        axis=alt.Axis(values=[10.0**n for n in range(-4, 4)], format="~g"),
    )
    y = alt.Y("patient:N", title=None)
    colours = alt.Scale(domain=["ok", "error"], range=[GOOD, BAD])
    dots = (
        alt.Chart(drawn)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            x=x, y=y, color=alt.Color("verdict:N", scale=colours), shape=alt.Shape("verdict:N", legend=None)
        )
    )
    words = alt.Chart(drawn).mark_text(align="left", dx=10).encode(x=x, y=y, text="said:N")
    wrong = int((drawn["verdict"] == "error").sum())
    picture = Picture(
        "slips",
        f"{wrong} of {len(drawn)} doses are wrong, and each stands at the factor of its slip",
        "Each dot is one row of the table. At 1 the dose is as prescribed.",
        (dots + words).properties(width=WIDTH, height=280),
    )
    mo.Html(picture.svg())
    return (picture,)


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    A slip multiplies the dose by a number that gives it away. A nought too many is always ten. A forgotten multiplication divides by
    the patient's own weight, so it is a different number for each patient, and still one that can be looked for. That is why the audit can say not only *that* a row is wrong
    but also *how it probably came about*, which is what the clinic needs to know to put it right.
    """)
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    Patient M's scale showed pounds, and the pounds were written into the column of kilograms. The dose was then calculated without a
    mistake. Can an audit notice it?
    """)
    return


@app.cell
def _(Path, mfg, protocol, tempfile):
    with tempfile.TemporaryDirectory() as place:
        row = Path(place) / "one.csv"
        row.write_text("patient,weight_kg,cells\nM,143.3,143300000\n", encoding="utf-8")
        ((_, alone),) = mfg.audit(protocol, row, arm="msc").verdicts()
        row.write_text("patient,weight_kg,cells,previous_weight_kg\nM,143.3,143300000,65\n", encoding="utf-8")
        ((_, with_history),) = mfg.audit(protocol, row, arm="msc").verdicts()
    return alone, with_history


@app.cell(hide_code=True)
def _(alone, mo, with_history):
    mo.accordion(
        {
            "Answer": mo.md(f"""
    Not from this row alone: the dose is exactly what follows from the weight that is written. The audit says **{alone.verdict}**.

    It needs something else to hold the weight against. With the weight of the last visit beside it the audit says **{with_history.verdict}**:
    {with_history.reason} ({", ".join(with_history.likely)}).

    The lesson is general. A calculation can be checked by doing it again; what goes *into* it can only be checked against another
    source. That is why a good table of doses carries the previous weight.
    """)
        }
    )
    return


@app.cell(hide_code=True)
def _(mo):
    weight = mo.ui.number(start=20, stop=250, step=0.5, value=72, label="weight in kg")
    mo.vstack(
        [mo.md("## Try it\n\nChange the weight. At which weight is one syringe no longer enough?"), weight]
    )
    return (weight,)


@app.cell
def _(mfg, mo, protocol, weight):
    tried = mfg.dose(protocol, arm="msc", weight=f"{weight.value} kg").administrations[0]
    fills = ", ".join(f"{one.fill_mL.normalize()} mL" for one in tried.containers)
    mo.md(
        f"{weight.value} kg: {tried.cells:,.0f} cells in {tried.volume_mL.normalize()} mL; syringes filled with {fills}"
    )
    return


if __name__ == "__main__":
    app.run()
