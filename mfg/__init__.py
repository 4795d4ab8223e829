"""How a patient's own bone marrow becomes a dose.

The same answers as the command ``mfg``, from the same functions::

    import mfg
    protocol = mfg.load_protocol("lenzumestrocel-phase2")
    order = mfg.dose(protocol, arm="msc", weight="72 kg")

Names are loaded when they are first used, so that what does not simulate stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mfg.course.schedule import schedule as schedule
    from mfg.errors import Faults as Faults
    from mfg.errors import MfgError as MfgError
    from mfg.errors import Refused as Refused
    from mfg.failures import Failed as Failed
    from mfg.prescription.dosing import dose as dose
    from mfg.reader.audits import audit as audit
    from mfg.reader.load import load as load
    from mfg.reader.load import populations as populations
    from mfg.reader.load import protocols as protocols
    from mfg.reader.load import scenarios as scenarios
    from mfg.reader.load import sites as sites
    from mfg.reader.protocols import load_protocol as load_protocol
    from mfg.reader.scenarios import load_scenario as load_scenario
    from mfg.reader.scenarios import load_site as load_site
    from mfg.study.comparison import compare as compare
    from mfg.study.run import simulate as simulate
    from mfg.study.sensitivity import limits as limits
    from mfg.study.sensitivity import sensitivity as sensitivity
    from mfg.study.stored import load_run as load_run
    from mfg.study.today import today as today
    from mfg.study.trace import trace as trace
    from mfg.study.variants import Variant as Variant

    __version__: str

_HOMES = {
    "Failed": "failures",
    "Faults": "errors",
    "MfgError": "errors",
    "Refused": "errors",
    "Variant": "study.variants",
    "audit": "reader.audits",
    "compare": "study.comparison",
    "dose": "prescription.dosing",
    "limits": "study.sensitivity",
    "load": "reader.load",
    "load_protocol": "reader.protocols",
    "load_run": "study.stored",
    "load_scenario": "reader.scenarios",
    "load_site": "reader.scenarios",
    "populations": "reader.load",
    "protocols": "reader.load",
    "scenarios": "reader.load",
    "schedule": "course.schedule",
    "sensitivity": "study.sensitivity",
    "simulate": "study.run",
    "sites": "reader.load",
    "today": "study.today",
    "trace": "study.trace",
}

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604  they are texts


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib import metadata

        return metadata.version("mfg")
    if name not in _HOMES:
        raise AttributeError(f"module 'mfg' has no attribute {name!r}")
    return getattr(importlib.import_module(f"mfg.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
