"""What the two tabs that simulate answer: what-ifs, and today."""

from __future__ import annotations

from typing import Any

from attrs import define
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from mfg.app import results, today, whatif
from mfg.app.controls import HOW_OFTEN, chosen, controls_of, scenarios, to_begin_with
from mfg.app.jobs import PageJob, PageJobs, State
from mfg.app.page import form_of, page, part

NOTHING = "There is nothing here: it never was, or was asked for too long ago."


@define
class Runs:
    """The tabs whose answers take a while: a method for each route; the work itself goes to `jobs`."""

    jobs: PageJobs

    # ---- what if -----------------------------------------------------------------------------------------

    async def what_if(self, request: Request) -> Response:
        """The first page; of a scenario, if one is named."""
        name = request.query_params.get("scenario") or await run_in_threadpool(to_begin_with)
        controls = await run_in_threadpool(lambda: controls_of(chosen(name, scenarios(), "scenario")))
        given: dict[str, Any] = {
            "controls": controls,
            "scenarios": scenarios(),
            "replications": HOW_OFTEN,
            "rows": whatif.OTHERS,
        }
        if request.query_params.get("part") == "controls":
            return HTMLResponse(part("controls", **given))
        return page("whatif", tab="/", **given)

    async def run(self, request: Request) -> Response:
        """Begin a run."""
        form = await form_of(request)
        job = await run_in_threadpool(whatif.ask, self.jobs, form)
        return JSONResponse({"id": job.id}, 202)

    async def progress(self, request: Request) -> Response:
        """How far a run is."""
        job = self.jobs.find(request.path_params["id"])
        if job is None:
            return JSONResponse(
                {
                    "state": State.GONE,
                    "done": 0,
                    "of": 1,
                    "first": False,
                    "problem": part("problem", problem=[NOTHING]),
                }
            )
        done = await run_in_threadpool(job.so_far)
        problem = part("problem", problem=job.problem) if job.problem else ""
        first = job.first is not None
        return JSONResponse(
            {"state": job.state, "done": done, "of": job.of, "first": first, "problem": problem}
        )

    async def stop(self, request: Request) -> Response:
        """Stop a run."""
        job = self._job(request)
        await run_in_threadpool(self.jobs.stop, job)
        return JSONResponse({"state": job.state})

    async def result(self, request: Request) -> Response:
        """What came of a run, beside the pins; a first look while it goes on."""
        job = self._job(request)
        looked = job.result if job.state == State.DONE else job.first
        if not isinstance(looked, whatif.RunSeen):
            raise HTTPException(404)
        pins = [
            (letter, pin)
            for letter, pin in whatif.pins_of(self.jobs, request.query_params.get("pins", ""))
            if pin is not looked
        ]
        result = await run_in_threadpool(results.result_of, looked, pins)
        content = await run_in_threadpool(
            part, "result", result=result, id=job.id, pins=pins, colour_of=results.colour_of
        )
        return HTMLResponse(content)

    async def charts(self, request: Request) -> Response:
        """The further charts of a run that is done."""
        job = self._job(request)
        if job.state != State.DONE or not isinstance(job.result, whatif.RunSeen):
            raise HTTPException(404)
        looked = job.result
        return HTMLResponse(
            await run_in_threadpool(lambda: part("charts", pictures=list(results.charts_of(looked))))
        )

    async def pins(self, request: Request) -> Response:
        """The pins in words."""
        found = whatif.pins_of(self.jobs, request.query_params.get("pins", ""))
        return HTMLResponse(part("pins", pins=found, colour_of=results.colour_of))

    def _job(self, request: Request) -> PageJob:
        job = self.jobs.find(request.path_params["id"])
        if job is None:
            raise HTTPException(404)
        return job

    # ---- today -------------------------------------------------------------------------------------------

    async def today(self, _: Request) -> Response:
        """Today's tab before anything is asked."""
        names = await run_in_threadpool(today.with_patients)
        return page("today", tab="/today", names=names, futures=today.HOW_MANY_FUTURES)

    async def look(self, request: Request) -> Response:
        """Begin to look at today."""
        form = await form_of(request)
        job = await run_in_threadpool(today.ask, self.jobs, form)
        return JSONResponse({"id": job.id}, 202)

    async def looked(self, request: Request) -> Response:
        """Today's page as it came out."""
        job = self._job(request)
        if job.state != State.DONE or not isinstance(job.result, str):
            raise HTTPException(404)
        return HTMLResponse(job.result)
