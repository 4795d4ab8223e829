"""The engines that are broken on purpose: the breaking itself."""

from __future__ import annotations

from tests.mutants import MUTANTS, ROOT, wrong_places


def test_every_mutant_still_fits_the_engine() -> None:
    """Its text stands once in its file; whether it is caught is for ``make mutants``."""
    assert list(wrong_places(ROOT)) == []
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 18
