"""What can go wrong in a run although nothing that was given to it can be refused."""

from __future__ import annotations

from attrs import define

from mfg.errors import MfgError


@define(slots=False)
class Failed(MfgError):
    """Replications of a study ended in an error; each with what happened and how to repeat it alone."""

    replications: tuple[str, ...]
    saved: int

    def __str__(self) -> str:
        count = len(self.replications)
        failed = "1 replication" if count == 1 else f"{count} replications"
        more = [f"and {count - 20} more"] if count > 20 else []
        lines = "\n".join(f"  {one}" for one in (*self.replications[:20], *more))
        return f"{failed} failed, {self.saved} are kept, and there is no summary\n{lines}"


@define(slots=False)
class Unsound(MfgError):
    """A run that broke one of its own invariants: please report it with its scenario and seed."""

    replication: int
    broken: tuple[str, ...]

    def __str__(self) -> str:
        return f"replication {self.replication} fails its own audit: " + "; ".join(self.broken)
