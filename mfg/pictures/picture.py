"""A picture: a title that says what was found, a subtitle that says what is drawn, and the chart itself.

Where there is nothing to draw the title says so, and there is no chart.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mfg.errors import Refused
from mfg.pictures.style import INK, SECOND_INK, THEME
from mfg.visible import visible

if TYPE_CHECKING:
    import altair as alt

_ID = re.compile(r'\b(id="|url\(#|xlink:href="#|href="#)([A-Za-z][\w-]*)')
_CHARACTERS = 100  # in a line of a title or subtitle


@frozen(eq=False)
class Picture:
    """A chart with its title; its `name` begins the ids of its SVG, which must be unique on a page."""

    name: str
    title: str
    subtitle: str = ""
    chart: alt.TopLevelMixin | None = None

    def svg(self, *, titled: bool = True) -> str:
        """The picture as SVG; not *titled* where a page has the title as text."""
        import vl_convert

        if self.chart is None:
            return self._sentence()
        drawn = str(vl_convert.vegalite_to_svg(self._specification(titled=titled), allowed_base_urls=[]))
        own = _ID.sub(lambda found: f"{found[1]}{self.name}-{found[2]}", drawn)
        return own.replace("<svg ", f'<svg role="img" aria-label="{escape(visible(self.title))}" ', 1)

    def png(self, *, scale: float = 2.0) -> bytes:
        """The picture as PNG, *scale* times as large as on a page."""
        import vl_convert

        if self.chart is None:
            content: bytes = vl_convert.svg_to_png(self._sentence(), scale=scale)
        else:
            content = vl_convert.vegalite_to_png(
                self._specification(titled=True), scale=scale, allowed_base_urls=[]
            )
        return content

    def save(self, path: str | Path) -> Path:
        """Write the picture as SVG or PNG, by how *path* ends.

        Raises:
            Refused: for any other ending.
        """
        from mfg.files import write_atomically

        target = Path(path)
        if target.suffix.lower() not in (".svg", ".png"):
            raise Refused("path", str(path), "is neither SVG nor PNG", "let it end in .svg or .png")
        content = self.svg().encode() if target.suffix.lower() == ".svg" else self.png()
        write_atomically(target, content, durable=False)
        return target

    def _repr_mimebundle_(self, *_: Any, **__: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": f"{self.title}\n{self.subtitle}"}

    def _specification(self, *, titled: bool) -> dict[str, Any]:
        assert self.chart is not None
        title = {"text": lines_of(self.title, 84), "subtitle": lines_of(self.subtitle)}
        drawn: dict[str, Any] = _seen(self.chart.to_dict(validate=False))
        return {**drawn, "config": THEME, **({"title": title} if titled else {})}

    def _sentence(self) -> str:
        """What there is instead of a chart, as SVG."""
        said = [(line, INK, "bold", 15) for line in lines_of(self.title, 84)]
        said += [(line, SECOND_INK, "normal", 12) for line in lines_of(self.subtitle)]
        texts = "".join(
            f'<text x="4" y="{20 + 20 * n}" font-family="{THEME["font"]}" font-size="{size}" font-weight="{weight}" fill="{colour}">{escape(line)}</text>'
            for n, (line, colour, weight, size) in enumerate(said)
        )
        return (
            f'<svg role="img" aria-label="{escape(visible(self.title))}" xmlns="http://www.w3.org/2000/svg" '
            f'width="780" height="{20 * len(said) + 14}">{texts}</svg>'
        )


def warm_up() -> None:
    """Load what draws: the first picture of a process takes a second longer than the others."""
    import altair as alt
    import pandas as pd

    Picture("warm", "", chart=alt.Chart(pd.DataFrame()).mark_point()).svg()


def _seen(part: Any) -> Any:
    """A specification in which each text is safe to look at: names come from files, and a chart draws them as labels."""
    if isinstance(part, str):
        return visible(part)
    if isinstance(part, dict):
        return {key: _seen(one) for key, one in part.items()}
    return [_seen(one) for one in part] if isinstance(part, list) else part


def lines_of(text: str, characters: int = _CHARACTERS) -> list[str]:
    """*text* in lines; what it may have from a file is made safe to look at."""
    return wrap(visible(text), characters) if text else []
