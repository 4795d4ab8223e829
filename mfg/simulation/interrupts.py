"""Why a process is interrupted: one type for each reason, by which the code that catches the interrupt tells them apart.

SimPy throws an `Interrupt` into the process, wherever that waits, and the reason is the interrupt's `cause`.
"""

from __future__ import annotations

from attrs import frozen


class Lost(Exception):
    """A lot is lost, and why. Raised by the process that makes the lot, or thrown into it from outside as an interrupt."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@frozen
class Left:
    """The patient's way is over, by a named `ending`: every process of the patient stops."""

    ending: str


@frozen
class Taken:
    """The cells of a lot were taken for a dose: its making stops, and nothing is lost."""


@frozen
class NotIndicated:
    """A dose turned out not to be for this patient: what is made for it alone stops, and nothing is lost."""


Reason = Lost | Left | Taken | NotIndicated
