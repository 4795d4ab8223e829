"""A qualified person reviews each product before it leaves, where a site says so; foreseen by booking, and in time or not given."""

from __future__ import annotations

from typing import Any

import pytest

from mfg.calendar import WEEKDAYS
from mfg.errors import Faults
from mfg.log import limits
from mfg.plan.compile import plan_of
from mfg.results.occupancy import overfull
from mfg.results.tables import Tables, tables_of
from mfg.simulation.replicate import replicate
from mfg.study.cures import cures_of
from tests.small_unit import ONE_DOSE, Changes, done, people, scenario

FACILITY, HOUR = "site.facility.gmp", 60
REVIEW: Changes = {
    **ONE_DOSE,
    f"{FACILITY}.reviewers": 1,
    f"{FACILITY}.review_hours": "Mon-Fri 09:00-17:00",
    "site.work.review": {"needs": {"reviewer": 1}, "lasts": "30 minute"},
}


def hours(text: str) -> Changes:
    """Reviews are in these hours."""
    return {f"{FACILITY}.review_hours": text}


def run(*changes: Changes, count: int = 1) -> Tables:
    """What happened, with nothing in use more often than it is there."""
    plan = plan_of(scenario(REVIEW, *changes, patients=people(count)))
    log, names = replicate(plan, 0)
    assert list(overfull(plan, log)) == []
    return tables_of(plan, log, names)


def at(tables: Tables, *activities: str) -> list[tuple[str, int, int]]:
    """When each was begun and ended, in minutes since midnight of its day."""
    return [
        (row.activity, row.started_min % 1440, row.finished_min % 1440)
        for row in done(tables, *activities).itertuples()
    ]


@pytest.mark.parametrize(
    ("review", "begins"), [("Mon-Fri 09:00-17:00", 14 * HOUR), ("Mon-Fri 15:00-17:00", 15 * HOUR)]
)
def test_a_product_leaves_when_it_has_been_reviewed(review: str, begins: int) -> None:
    """Made at two: reviewed at once, or when the qualified person comes; an hour later it is there and given, as booked."""
    tables = run(hours(review))
    assert at(tables, "formulate", "review", "ship out", "administer") == [
        ("formulate", 14 * HOUR - 150, 14 * HOUR),
        ("review", begins, begins + 30),
        ("ship out", begins + 30, begins + 90),
        ("administer", begins + 90, begins + 130),
    ]
    (dose,) = tables.doses.itertuples()
    assert (dose.given, dose.put_off) == (True, 0)
    assert dose.age_hour == pytest.approx((begins + 90 - 14 * HOUR) / 60)


def test_without_the_step_nobody_reviews() -> None:
    """The same unit without it gives the dose by as much earlier as the review takes."""
    plan = plan_of(scenario(ONE_DOSE, patients=people(1)))
    tables = tables_of(plan, *replicate(plan, 0))
    assert not len(done(tables, "review"))
    assert at(tables, "administer")[0][1] == 15 * HOUR


def test_who_reviews_is_a_place_like_any_other() -> None:
    """Two products at once wait for one person; two persons see both; operators can do it in their hours."""
    one, two = run(count=2), run({f"{FACILITY}.reviewers": 2}, count=2)
    assert [begins for _, begins, _ in at(one, "review")] == [14 * HOUR, 14 * HOUR + 30]
    assert [begins for _, begins, _ in at(two, "review")] == [14 * HOUR, 14 * HOUR]
    used = one.resources.set_index("resource").loc["gmp.reviewers"]
    assert used["used_hour"] == 1
    nobody: Changes = {f"{FACILITY}.reviewers": None, f"{FACILITY}.review_hours": None}
    operators = run(nobody, {"site.work.review.needs": {"operator": 1}})
    assert at(operators, "review") == [("review", 14 * HOUR, 14 * HOUR + 30)]


def test_a_day_without_a_review_is_not_booked() -> None:
    """No product keeps over the weekend: where nobody reviews on the day that the course would have, it is another day."""
    (day,) = run().doses["given_day"]
    weekday = int(day) % 7  # the run starts on a Monday
    others = [f"{name} 09:00-17:00" for n, name in enumerate(WEEKDAYS[:5]) if n != weekday]
    tables = run({f"{FACILITY}.review_hours": others})
    (dose,) = tables.doses.itertuples()
    assert (dose.given, dose.put_off) == (True, 0)
    assert int(dose.given_day) % 7 != weekday
    refused = tables.events[tables.events["activity"] == limits.REFUSED]["outcome"].astype(str)
    assert any("gmp.review_hours" in words for words in refused)


def test_a_product_that_expires_before_its_review_is_not_given() -> None:
    """It overran: the qualified person has gone home, and it does not keep until the morning."""
    late: Changes = {
        "site.clinic.hospital.hours": "Mon-Fri 09:00-23:00",
        f"{FACILITY}.hours": "Mon-Fri 08:00-20:00",
        "policy.recollect": 0,
        "chance": True,
        "site.work.formulate.lasts": {"median": "150 minute", "spread": 3, "shape": "lognormal"},
    }
    tables = run(late, count=6)
    gone = tables.doses[tables.doses["outcome"] == "expired"]
    reviewed = done(tables, "review")
    assert len(gone)
    assert not set(gone["patient"].astype(str)) & set(reviewed["patient"].astype(str))
    assert (reviewed["started_min"] % 1440).between(9 * HOUR, 17 * HOUR - 30).all()


def test_an_hour_more_of_it_is_a_cure() -> None:
    """What the hours of reviews refuse is lifted by longer ones; what a lack of persons does, by one more."""
    ours = scenario(REVIEW, patients=people(1))
    (longer,) = cures_of(ours, "gmp.review_hours", 1, 1)
    assert longer.words == "gmp.review_hours +1 hour"
    given = longer.scenario.site.facilities["gmp"].review_hours
    assert given is not None
    assert given.days[0] == ((9 * HOUR, 18 * HOUR),)
    (more,) = cures_of(ours, "gmp.reviewers", 1, 1)
    assert more.words == "gmp.reviewers=2"


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({f"{FACILITY}.reviewers": None}, "site.work.review.needs.reviewer: '1' is more than gmp has (0)"),
    ({f"{FACILITY}.reviewers": None}, "site.facility.gmp.review_hours: are those of nobody; give reviewers"),
    ({"site.work.review": None}, "site.facility.gmp.reviewers: '1' have nothing to do; give [work.review]"),
    (
        {"site.work.review.lasts": "9 hour"},
        "site.work.review: takes 540 min and gmp is never open longer than 480",
    ),
    ({"site.work.review.recovers": "90 %"}, "site.work.review.recovers: would change nothing"),
    ({"site.work.review.per_flask": "1 minute"}, "site.work.review.per_flask: would change nothing"),
    (hours("Mon-Fri 08:00-12:00"), "have passed before a product can be given: nobody is there to review it"),
    (hours("Mon-Fri 16:30-18:00"), "reviewed after 180 min, tested and there 240 min later"),
]


@pytest.mark.parametrize(("changes", "said"), FAULTS)
def test_a_review_that_cannot_be_is_refused_before_the_clock(changes: dict[str, Any], said: str) -> None:
    """Nobody to do it, nothing to do, too long, too late."""
    with pytest.raises(Faults) as found:
        scenario(REVIEW, changes)
    assert said in str(found.value)
