"""One patient's calendar

Cells do not wait, so most days of a treatment hang on one day rigidly. What may move are visits, and few days are left that will do as the first.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="One patient's calendar")


@app.cell
def _():
    from datetime import date, timedelta

    import altair as alt
    import marimo as mo
    import pandas as pd

    import mfg
    from mfg.pictures.picture import Picture
    from mfg.pictures.style import BAD, BANK, CLOSED, GOOD, HAND, INK, WIDTH, day_of, of

    return BAD, BANK, CLOSED, GOOD, HAND, INK, Picture, WIDTH, alt, date, day_of, mfg, mo, of, pd, timedelta


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # One patient's calendar

    A patient's own cells are grown for four weeks and then injected, twice. Before each injection marrow has to be
    collected and spinal fluid drawn; before and after come visits. All of these days are counted from one: the day of the first
    injection, called **day 0**. This lesson asks which day that can be.
    """)
    return


@app.cell
def _(date, mfg):
    protocol = mfg.load_protocol("lenzumestrocel-phase2")
    baseline = date(2026, 6, 18)
    course = mfg.schedule(protocol, arm="msc", baseline=baseline, holidays="KR")
    return baseline, course, protocol


@app.cell
def _(BANK, HAND, INK, Picture, WIDTH, alt, baseline, course, day_of, mo, of, pd):
    events = pd.DataFrame(
        {
            "event": [one.name for one in course.events],
            "day": [one.day for one in course.events],
            "first": [(one.earliest - baseline).days for one in course.events],
            "last": [(one.latest - baseline).days for one in course.events],
            "kind": ["visit" if one.kind in ("visit", "screening") else "cells" for one in course.events],
            "moved": [(one.date - one.moved_from).days if one.moved_from else 0 for one in course.events],
        }
    )
    events["free"] = events["last"] - events["first"]
    fixed = events[events["free"] == 0]
    y = alt.Y("event:N", sort=list(events["event"]), title=None)
    windows = (
        alt.Chart(events)
        .mark_bar(size=12, color=BANK)
        .encode(x=alt.X("first:Q", title="days from day 0"), x2="last:Q", y=y)
    )
    marks = (
        alt.Chart(events)
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            x="day:Q",
            y=y,
            color=alt.Color("kind:N", scale=alt.Scale(domain=["cells", "visit"], range=[HAND, INK])),
            shape=alt.Shape("kind:N", legend=None),
        )
    )
    timeline = Picture(
        "timeline",
        f"{len(fixed)} of {len(events)} appointments cannot move at all",
        f"Day 0 is {day_of(baseline)}. A pale bar is the window in which an appointment may lie; what has no bar has one day only. V1 to V10 are visits; CSF is spinal fluid. "
        f"{of(int((events['moved'] != 0).sum()), 'visit')} moved within the window, away from a closed day.",
        (windows + marks).properties(width=WIDTH, height=330),
    )
    mo.Html(timeline.svg())
    return events, fixed, timeline


@app.cell(hide_code=True)
def _(fixed, mo):
    mo.md(f"""
    The days of the cells are those of the phase 2 trial of lenzumestrocel (Oh and others 2018, *Annals of Neurology*): marrow is collected
    {-fixed.set_index("event").day["collection 1"]} days before an injection because the cells need that long, and spinal fluid is drawn the day
    before because it carries them. The paper prints no windows. Those of the visits are assumptions of this file, since a visit can
    be a week later without harm; cells cannot.

    ## Which days will do?

    Weekends and public holidays are closed: nobody draws marrow on them. So try every day of a year as day 0, and
    see whether all fixed days of the course fall on open ones.
    """)
    return


@app.cell(hide_code=True)
def _(mo):
    country = mo.ui.dropdown(
        {
            "Korea": "KR",
            "Japan": "JP",
            "United States": "US",
            "Bavaria (Germany)": "DE-BY",
            "no holidays": None,
        },
        value="Korea",
        label="public holidays of",
    )
    mo.vstack([mo.md("## Try it\n\nTake the holidays of another country. Which month suffers?"), country])
    return (country,)


@app.cell
def _(country, date, mfg, pd, protocol, timedelta):
    year = [date(2026, 1, 1) + timedelta(days) for days in range(365)]
    courses = [mfg.schedule(protocol, arm="msc", baseline=day, holidays=country.value) for day in year]
    tried = pd.DataFrame(
        {
            "day 0": [day.isoformat() for day in year],
            "week": [(day - timedelta(day.weekday())).isoformat() for day in year],
            "next week": [(day + timedelta(7 - day.weekday())).isoformat() for day in year],
            "weekday": [f"{day:%A}" for day in year],
            "fits": [one.fits for one in courses],
            "fits without holidays": [mfg.schedule(protocol, arm="msc", baseline=day).fits for day in year],
        }
    )
    fitting = tried[tried["fits"]]
    only_holidays = tried[tried["fits without holidays"] & ~tried["fits"]]
    return courses, fitting, only_holidays, tried, year


@app.cell
def _(BAD, CLOSED, GOOD, Picture, WIDTH, alt, country, fitting, mo, only_holidays, tried):
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    left = [day for day in names if day in set(fitting["weekday"])]
    told = tried.assign(why="a weekend is in the way")
    told.loc[only_holidays.index, "why"] = "only a holiday is in the way"
    told.loc[fitting.index, "why"] = "will do"
    kinds = ["will do", "only a holiday is in the way", "a weekend is in the way"]
    squares = (
        alt.Chart(told)
        .mark_rect(stroke="white")
        .encode(
            x=alt.X("week:T", title=None, axis=alt.Axis(format="%b", tickCount=12, grid=False)),
            x2="next week:T",
            y=alt.Y("weekday:N", sort=names, title=None),
            color=alt.Color("why:N", scale=alt.Scale(domain=kinds, range=[GOOD, BAD, CLOSED])),
        )
    )
    calendar = Picture(
        "year",
        f"{len(fitting)} of {len(tried)} days will do as day 0, each of them a {' or a '.join(left)}",
        f"Each square is one day of 2026, tried as day 0; holidays: {country.selected_key}.",
        squares.properties(width=WIDTH, height=170),
    )
    mo.Html(calendar.svg())
    return calendar, left


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    ## Question

    A week has five working days. Why will so few weekdays do, even where there are no holidays?
    """)
    return


@app.cell
def _(fixed, pd):
    weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    appointments = fixed[fixed["kind"] == "cells"]
    clashes = pd.DataFrame(
        {
            "if day 0 is a": weekdays,
            "on a weekend fall": [
                ", ".join(row.event for row in appointments.itertuples() if (number + row.day) % 7 >= 5)
                or "none"
                for number in range(5)
            ],
        }
    )

    def weekdays_left(days):
        return sum(all((number + day) % 7 < 5 for day in days) for number in range(5))

    second = appointments[appointments["event"] == "dose 2"]["day"].item()
    later = -second % 7  # days until the interval is a whole number of weeks
    as_it_is = weekdays_left(appointments["day"])
    whole_weeks = weekdays_left([day + later if day > 0 else day for day in appointments["day"]])
    return appointments, as_it_is, clashes, later, second, weekdays, whole_weeks


@app.cell(hide_code=True)
def _(appointments, as_it_is, clashes, later, mo, second, whole_weeks):
    days = ", ".join(f"{row.event} on day {row.day}" for row in appointments.itertuples())
    rows = "\n".join(f"    | {row[1]} | {row[2]} |" for row in clashes.itertuples())
    mo.accordion(
        {
            "Answer": mo.md(f"""
    Because the fixed days carry a weekday with them. They are: {days}. Each is a fixed number of days away, so once day 0 has a
    weekday, all others have theirs:

    | if day 0 is a | on a weekend fall |
    |---|---|
{rows}

    Only where the second column says *none* is there a calendar at all: on {as_it_is} weekdays. If the second injection came {second + later} days
    after the first instead of {second}, a whole number of weeks, {whole_weeks} weekdays would do. Whoever writes a protocol also writes the calendar of every hospital that follows it.
    """)
        }
    )
    return


if __name__ == "__main__":
    app.run()
