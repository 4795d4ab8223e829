"""The model in the order of STRESS-DES (Monks et al. 2019, Journal of Simulation 13(1), doi 10.1080/17477778.2018.1442155).

What the model and the run know is filled in; what only the author of a study can say is marked.
"""

from __future__ import annotations

from collections.abc import Iterator

from mfg.calendar import DAY
from mfg.pictures.style import number, of, plain
from mfg.report.parts import PageTable, Section
from mfg.study.stored import StoredStudy

AUTHOR = "for the author of the study to say"


def model_sections(study: StoredStudy) -> Iterator[Section]:
    """One section: the checklist as a table, with the author's own items marked."""
    rows = tuple(_rows(study))
    yield Section(
        "model", "The model, for whoever reviews it", (PageTable(("item", "what is to be said"), rows),)
    )


def _rows(study: StoredStudy) -> Iterator[tuple[str, str]]:
    one = study.base.setting
    arms = "; ".join(
        f"{arm.name}: {', '.join(dose.name for dose in arm.doses) or 'no dose'}" for arm in one.arms
    )
    places = ", ".join(f"{resource.capacity} {plain(resource.name)}" for resource in one.resources)
    yield "1.1 Purpose", AUTHOR
    yield "1.2 Outputs", "the figures of this page, each with what it estimates and its unit"
    yield "1.3 Aims of experimentation", AUTHOR
    yield (
        "2.1 Base model",
        f"{one.title}: protocol {one.protocol}, site {one.site}, population {one.population}",
    )
    yield (
        "2.2 Base logic",
        (
            "referral, screening, collection, isolation, culture, harvest, tests, freezing where there is a bank, suspension, way, "
            "dose; what fails is collected or made again as the scenario's policies say; DESIGN.md tells how"
        ),
    )
    yield (
        "2.3 Scenario logic",
        (f"{of(len(study.variants), 'variant')}: {'; '.join(variant.name for variant in study.variants)}"),
    )
    yield (
        "2.4 Algorithms",
        "booking by search over days; places granted all or none, by rank; replications paired by luck of their own for each decision",
    )
    yield "2.5 Entities", f"patients by arm ({arms}); lots; doses; samples"
    yield "2.6 Activities", ", ".join(dict.fromkeys(use.activity for use in one.uses))
    yield "2.7 Resources", places
    yield (
        "2.8 Queues",
        "waits for places, staff and equipment in order of what they serve; waits for a day in the calendar",
    )
    yield (
        "2.9 Entry and exit",
        f"patients arrive until day {number(one.horizon / DAY)}, and are followed to their end",
    )
    yield "3.1 Data sources", "each number with its evidence, in the section on what this rests on"
    yield "3.2 Pre-processing of data", "none but changes of units"
    yield "3.3 Input parameters", "every number stands in the folder of the study, in setting.json"
    yield (
        "3.4 Assumptions",
        f"{sum(ground.kind == 'assumed' for ground in one.numbers)} numbers are assumed, each with its reason",
    )
    yield (
        "4.1 Initialisation",
        f"warm-up {number(one.warm_up / DAY)} days; the site starts empty but for patients in process that the scenario names",
    )
    yield "4.2 Run length", f"{number(one.horizon / DAY)} days, starting on {one.start.isoformat()}"
    yield (
        "4.3 Estimation",
        f"{of(study.replications, 'replication')}; 95 % intervals of the mean by Student's t; differences paired and judged by Holm's rule",
    )
    yield "5.1 Software", ", ".join(f"{name} {version}" for name, version in study.versions.items())
    yield "5.2 Random numbers", f"seed {one.seed}; numpy's Philox, a stream of its own for each decision"
    yield "5.3 Execution", f"event by event in SimPy; the study's digest is {study.digest[:12]}"
    yield "5.4 System", AUTHOR
    yield "6.1 Code access", "the package is free software; the command that makes this again stands below"
