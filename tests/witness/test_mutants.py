"""Witnesses fail when nobody obeys their key."""

from __future__ import annotations

import pytest

from tests.mutants import ROOT, Mutant, noticed
from tests.witness.mutants import IGNORED
from tests.witness.table import ROWS


def test_every_mutant_still_fits_the_package() -> None:
    """Its text stands once in its file, and its key has a witness."""
    assert all(mutant.of(ROOT) for mutant in IGNORED)
    assert {mutant.name for mutant in IGNORED} <= {row.key for row in ROWS}


@pytest.mark.long
@pytest.mark.parametrize("mutant", IGNORED, ids=lambda mutant: mutant.name)
def test_a_key_that_is_ignored_is_noticed(mutant: Mutant) -> None:
    """Without the code that obeys it, another value of the key changes nothing, and its witness says so."""
    assert noticed(mutant, ROOT) == mutant.tests[0]
