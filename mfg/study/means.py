"""By what means somebody who works in Python has a study carried out, each held to what it can be."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

from mfg.kinds import another_kind
from mfg.study.loading import check_workers, folder_from
from mfg.study.owned import check_own_parts
from mfg.study.study import Execution, Told
from mfg.study.variants import Variant


def means_of(
    variants: Sequence[Variant],
    *,
    workers: int,
    executor: Executor | None = None,
    output: object = None,
    told: Told | None = None,
) -> Execution:
    """The means by which a study of *variants* is carried out.

    Raises:
        Refused: for means that cannot be, or for a part of somebody's own that they could not share or keep.
    """
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise another_kind(executor, "executor", "give an executor of concurrent.futures, or leave it out")
    if told is not None and not callable(told):
        raise another_kind(told, "told", "give a function of what is done and of how many, or leave it out")
    execution = Execution(folder_from(output), check_workers(workers), executor, told)
    check_own_parts(variants, execution)
    return execution
