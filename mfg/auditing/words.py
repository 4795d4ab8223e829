"""Arms, doses and routes as tables write them: in any case, or abbreviated where only one can be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from attrs import define, field

_USUAL = {
    "it": "intrathecal",
    "iv": "intravenous",
    "im": "intramuscular",
    "sc": "subcutaneous",
    "sq": "subcutaneous",
    "id": "intradermal",
    "ia": "intraarterial",
    "ip": "intraperitoneal",
    "io": "intraosseous",
}
_SHORTEST = 3  # letters of a word that is cut off


def fold(text: str) -> str:
    """*text* without case, spaces and marks."""
    return re.sub(r"[\W_]+", "", text).casefold()


@define
class Vocabulary:
    """The *known* words of a protocol, recognised in any spelling that can mean only one of them."""

    known: tuple[str, ...]
    _found: dict[str, str | None] = field(factory=dict)

    def find(self, text: str) -> str | None:
        """The known word that *text* means; None if it is none, or if several may be meant."""
        if text not in self._found:
            self._found[text] = text if text in self.known else self._meant(fold(text))
        return self._found[text]

    def _meant(self, short: str) -> str | None:
        for forms in (_whole, _brief, _cut):
            found = [word for word in self.known if short in forms(word)]
            if found:
                return found[0] if len(found) == 1 else None
        return None


def _whole(word: str) -> Iterable[str]:
    return (fold(word),)


def _brief(word: str) -> Iterator[str]:
    """Usual abbreviations, initials, and the number alone: IT; FD for five-dose; D2 and 2 for dose 2."""
    yield from (short for short, usual in _USUAL.items() if fold(word) == usual)
    parts = [part for part in re.split(r"[\W_]+", word.casefold()) if part]
    if len(parts) > 1:
        yield "".join(part if part.isdigit() else part[0] for part in parts)
        if parts[-1].isdigit():
            yield parts[-1]


def _cut(word: str) -> Iterator[str]:
    whole = fold(word)
    yield from (whole[:end] for end in range(_SHORTEST, len(whole)))
