"""How a patient's own bone marrow becomes a dose.

The same answers as the command ``mfg``, from the same functions::

    import mfg
    protocol = mfg.load_protocol("lenzumestrocel-phase2")
    order = mfg.dose(protocol, arm="msc", weight="72 kg")

Names are loaded when they are first used, so that what does not simulate stays quick.
"""

from __future__ import annotations

from typing import Any

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
    from mfg.extras import load

    return getattr(load(f"mfg.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
