"""Today's tab: who in process is at risk, counted over many futures."""

from __future__ import annotations

from mfg.app.controls import chosen, controls_of, scenarios
from mfg.app.jobs import PageJob, PageJobs
from mfg.app.page import Form
from mfg.frames.today import today_view
from mfg.pictures.planner import planner_picture
from mfg.report.today import today_page
from mfg.study.future import future_of
from mfg.study.study import Execution, Study
from mfg.study.today import today_of
from mfg.study.variants import AS_IT_IS, Variant

HOW_MANY_FUTURES = ("50", "200")


def with_patients() -> list[str]:
    """The scenarios that list patients in process."""
    return [name for name in scenarios() if controls_of(name).in_process]


def ask(jobs: PageJobs, form: Form) -> PageJob:
    """Have today looked at as *form* asks.

    Raises:
        Refused: for a scenario or a number that is not in its list.
    """
    scenario = chosen(form.get("scenario"), with_patients(), "scenario")
    futures = int(chosen(form.get("futures"), list(HOW_MANY_FUTURES), "futures"))
    study = Study.of(scenario, (Variant(AS_IT_IS, {}),), None)
    return jobs.ask(
        f"today-{study.identity.digest[:20]}-{futures}", futures, lambda job: _page(job, study, futures)
    )


def _page(job: PageJob, study: Study, futures: int) -> str:
    found = today_of(study, futures, Execution(executor=job.hands, told=job.told))
    future = future_of(study, found.typical)
    planner = planner_picture(future, first=found.start)
    return today_page(found, today_view(found, future), planner, whole=False)
