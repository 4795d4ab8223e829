"""Today's page: who in process is at risk, the wall planner of the next four weeks, and who comes on which day."""

from __future__ import annotations

from markupsafe import Markup

from mfg.frames.today import AT_RISK, NO_DAY, STRIP, WATCH, TodayRow, TodayView
from mfg.pictures.picture import Picture
from mfg.pictures.strips import strip
from mfg.pictures.style import day_of, of
from mfg.report.page import template_of
from mfg.study.today import Today
from mfg.study.words import in_words

TITLE_AT = 12  # rows up to which those that are safe stand with the others


def today_title(view: TodayView) -> str:
    """How many of the patients in process will probably miss their day."""
    counted = [row for row in view.rows if row.sure != NO_DAY]
    risky = sum(row.sure == AT_RISK for row in counted)
    watched = sum(row.sure == WATCH for row in counted)
    if not view.rows:
        return "Nobody in process is to have another dose"
    if not counted:
        return f"{of(len(view.rows), 'patient')} in process, none with a day of their own"
    if risky:
        return f"{risky} of {of(len(counted), 'patient')} in process will probably miss the booked day"
    if watched:
        return f"Nobody in process will probably miss the booked day; {of(watched, 'patient')} of {len(counted)} to be watched"
    return (
        f"All {of(len(counted), 'patient')} in process will very probably have their dose on the booked day"
    )


def today_page(today: Today, view: TodayView, planner: Picture | None, *, whole: bool = True) -> str:
    """The page; every name in it is text. Not *whole*, it is what stands in the page, for another one to hold.

    Read back from a folder there is no *planner*: the log of a future is kept nowhere.
    """
    shown = [row for row in view.rows if row.sure in (AT_RISK, WATCH) or len(view.rows) <= TITLE_AT]
    folded = [row for row in view.rows if row not in shown]
    days = [(day, list(rows.itertuples(index=False))) for day, rows in view.coming.groupby("day", sort=True)]
    return template_of("today.html" if whole else "today_answer.html").render(
        title=today_title(view),
        today=today,
        view=view,
        shown=shown,
        folded=folded,
        planner=planner,
        days=days,
        drawn=_drawn,
        day_of=day_of,
        reasons=_reasons,
        weeks=STRIP // 7,
    )


def _drawn(row: TodayRow, view: TodayView) -> Markup:
    booked = None if row.dose.booked is None else (row.dose.booked - view.start).days
    said = f"{row.dose.dose} of {row.dose.patient}: on the booked day in {row.dose.on_the_day} of {row.dose.futures} futures"
    return Markup(strip(row.strip, booked, view.closed, said))  # noqa: S704  escaped where it is drawn


def _reasons(row: TodayRow) -> list[str]:
    """What puts the dose off and how ways end without it, each with its count."""
    puts = [f"{in_words(cause)}: {n} of {row.dose.futures}" for cause, n in row.dose.hangs_on.items()]
    return puts + [
        f"never given ({ending}): {n} of {row.dose.futures}" for ending, n in row.dose.without.items()
    ]
