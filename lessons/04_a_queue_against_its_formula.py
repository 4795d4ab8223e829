"""A queue against its formula, and why 95 % hurts

The wait does not grow with the load but with what is left: from half busy to nine tenths it grows ninefold. A simulation can be held against that.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="A queue against its formula, and why 95 % hurts")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import pandas as pd

    import mfg
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import BAD, HAND_COLOUR, INK, WIDTH, number, percent

    return BAD, HAND_COLOUR, INK, Picture, WIDTH, alt, mfg, mo, number, pd, percent


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # A queue against its formula, and why 95 % hurts

    Rooms are dear, so managers like them busy. This lesson asks what that costs those who wait, with the smallest queue there
    is: patients come by chance, one room takes one at a time, in the order in which they came. Textbooks call it **M/M/1**: the times
    between arrivals and the lengths of the treatments are both exponentially distributed (M, for *memoryless*), and there is 1 server.
    """)
    return


@app.cell
def _(mo):
    folder = mo.notebook_dir() / "queue"
    hours = 10  # a treatment takes, on average
    mu = 1 / hours  # treatments an hour, if there is always somebody
    plays = 20  # replications: so often each clinic is played through
    return folder, hours, mu, plays


@app.cell(hide_code=True)
def _(folder, mo):
    text = (folder / "site.toml").read_text(encoding="utf-8").split("[facility")[0].strip()
    mo.vstack(
        [
            mo.md("""
    ## The same queue as files of this package

    Nothing new has to be programmed. A queue is a clinic with one room, and a protocol with one step. This is the clinic; the other
    files lie beside it, in `lessons/queue`.
    """),
            mo.md(f"```toml\n{text}\n```"),
        ]
    )
    return


@app.cell(hide_code=True)
def _(hours, mo, plays):
    mo.md(f"""
    ## The formula

    Let λ patients come in an hour, and let the room be able to treat μ in an hour; a treatment of {hours} hours on average means μ = {1 / hours:g}. Then
    the room is busy for a share ρ = λ / μ of the time, its **utilisation**, and the mean wait is

    > wait = ρ / (μ − λ)

    (Erlang 1917; derived in any textbook of operations research.) Below the fraction stands what is *left* of the room's capacity. The
    closer the load comes to the capacity, the smaller that is.

    ## The simulation

    Now four clinics, busier and busier. Each is played through {plays} times, with other luck each time; every time gives a mean wait, and
    from all of them together comes an **interval** that should hold the true mean in 95 of 100 such studies.
    """)
    return


@app.cell
def _(folder, mfg, mu, pd, plays):
    def simulated(rho, lasts=None):
        """The mean wait in a room that is busy for a share *rho*, with its interval, and the share that came out."""
        settings = {"arrivals.rate": f"{24 * rho * mu:g} / day"}
        if lasts is not None:
            settings["work.administer.lasts"] = lasts
        run = mfg.simulate(folder / "scenario.toml", replications=plays, settings=settings)
        return run.figure("wait_clinic.rooms"), run.figure("utilisation_clinic.rooms")

    def formula(rho):
        return rho / (mu - rho * mu)

    loads = [0.5, 0.7, 0.8, 0.9]
    found = [simulated(rho) for rho in loads]
    table = pd.DataFrame(
        {
            "utilisation asked for": loads,
            "utilisation found": [busy.mean for _, busy in found],
            "wait by the formula, h": [formula(rho) for rho in loads],
            "mean wait, h": [wait.mean for wait, _ in found],
            "from": [wait.low for wait, _ in found],
            "to": [wait.high for wait, _ in found],
        }
    )
    table.round(2)
    return found, formula, loads, simulated, table


@app.cell
def _(BAD, HAND_COLOUR, INK, Picture, WIDTH, alt, formula, mo, number, pd, percent, table):
    shares = [n / 100 for n in range(5, 97)]
    curve = pd.DataFrame({"utilisation": shares, "wait": [formula(share) for share in shares]})
    points = table.set_axis(["asked", "found", "formula", "mean", "low", "high"], axis=1)
    hurts = 0.95
    x = alt.X(
        "utilisation:Q",
        title="utilisation of the room",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    y = alt.Y("wait:Q", title="mean wait, hours")
    line = alt.Chart(curve).mark_line(color=INK, strokeDash=[5, 3]).encode(x=x, y=y)
    bars = (
        alt.Chart(points)
        .mark_rule(color=HAND_COLOUR, strokeWidth=3)
        .encode(x="asked:Q", y="low:Q", y2="high:Q")
    )
    dots = (
        alt.Chart(points)
        .mark_point(color=HAND_COLOUR, filled=True, size=70, opacity=1)
        .encode(x="asked:Q", y="mean:Q")
    )
    mark = pd.DataFrame(
        {
            "utilisation": [hurts],
            "wait": [formula(hurts)],
            "said": [f"{percent(hurts)}: {number(formula(hurts))} hours"],
        }
    )
    far = alt.Chart(mark).mark_point(color=BAD, size=90, strokeWidth=2).encode(x=x, y=y)
    word = alt.Chart(mark).mark_text(align="right", dx=-10).encode(x=x, y=y, text="said:N")
    first, last = points.iloc[0], points.iloc[-1]
    held = ((points["low"] <= points["formula"]) & (points["formula"] <= points["high"])).sum()
    picture = Picture(
        "wait",
        f"At {percent(first.asked)} of its time the room makes patients wait {number(first['mean'])} hours, at {percent(last.asked)} {number(last['mean'])}",
        f"Dashed: the formula. Dots with intervals: the simulation; {held} of {len(points)} intervals hold the formula's value.",
        (line + bars + dots + far + word).properties(width=WIDTH, height=280),
    )
    mo.Html(picture.svg())
    return curve, held, hurts, picture, points


@app.cell(hide_code=True)
def _(formula, hurts, mo, number, percent):
    before, after = 0.8, 0.9
    mo.md(f"""
    From {percent(before)} to {percent(after)} the clinic treats {percent(after / before - 1, decimals=1)} more patients, and each of them waits {number(formula(after) / formula(before))} times as long. At
    {percent(hurts)} they wait {number(formula(hurts) / formula(before))} times as long as at {percent(before)}. Who plans for 95 % plans for queues.

    Look at the intervals as well: the busier the room, the wider they are. In a busy room one unlucky week is felt for months, so the
    same number of plays tells less. That is why the formula's point at {percent(hurts)} has no dot beside it: it would take far longer to know.
    """)
    return


@app.cell(hide_code=True)
def _(hours, mo):
    mo.md(f"""
    ## Question

    Suppose every treatment took *exactly* {hours} hours instead of {hours} hours on average. The room would be just as busy. Would anybody still wait?
    """)
    return


@app.cell
def _(formula, simulated):
    same = 0.8
    exact_wait, exact_busy = simulated(same, lasts="10 hour")
    pollaczek = formula(same) / 2  # no variance in the service: half of the wait of M/M/1
    return exact_busy, exact_wait, pollaczek, same


@app.cell(hide_code=True)
def _(exact_busy, exact_wait, formula, mo, number, percent, pollaczek, same):
    mo.accordion(
        {
            "Answer": mo.md(f"""
    Yes, but half as long. At {percent(same)} the simulation says {number(exact_wait.mean)} hours ({number(exact_wait.low)} to {number(exact_wait.high)}) with the room busy for
    {percent(exact_busy.mean)} of the time; before, the formula said {number(formula(same))} hours. Pollaczek (1930, *Mathematische Zeitschrift*) showed that the wait
    grows with the variance of the treatments' lengths: where they do not vary at all, exactly half of it is left, {number(pollaczek)} hours.

    The other half comes from the arrivals. Patients come in clusters by mere chance, and no room can treat in advance. So there are two cures
    for a queue other than another room: let work vary less, and book patients instead of letting them walk in. Clinics do both.
    """)
        }
    )
    return


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Try it

    Give the clinic a second room: in the cell of the simulation add `"clinic.clinic.rooms": "2"` to the settings and double the arrivals. The
    utilisation stays as it was. What becomes of the wait, and why?
    """)
    return


if __name__ == "__main__":
    app.run()
