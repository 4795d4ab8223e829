"""Whether a study may have parts that somebody wrote in Python: what is kept or shared must say by what it was made."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

from mfg.errors import Parameter, Refused
from mfg.study.study import Execution
from mfg.study.variants import Variant


def check_own_parts(variants: Sequence[Variant], execution: Execution) -> None:
    """Refuse parts without a name and a version where results are kept or other processes do the work.

    Raises:
        Refused: for such a part, and for one that cannot be sent to another process.
    """
    elsewhere = execution.executor is not None or execution.workers > 1
    for part in (part for one in variants for part in one.parts.values()):
        where = Parameter(f"parts {part.path}")
        if not part.is_named and (elsewhere or execution.folder is not None):
            problem = "has no `name` and `version`, by which a study that is kept or shared would know it"
            raise Refused(where, type(part.given).__name__, problem, "give it both, as texts")
        if elsewhere:
            try:
                pickle.dumps(part)
            except Exception as error:
                advice = "define its class in a module, and let it hold plain values"
                problem = f"cannot be sent to another process: {error}"
                raise Refused(where, str(part), problem, advice) from error
