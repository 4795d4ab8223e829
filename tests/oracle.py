"""The rule of grants once more, slow and obvious: minute by minute, with plain lists.

Every minute everybody gives back and asks; then whoever waits is looked at in the order of rank. Nothing is
remembered from one minute to the next but who waits and who works, so nothing can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define, frozen

NEVER = 1 << 60


@frozen
class Kind:
    """What one kind of work takes at once, by resource, and when all of it is open."""

    takes: Mapping[int, int]
    windows: tuple[tuple[int, int], ...]

    def open(self, moment: int, booked: int) -> bool:
        """Whether *booked* minutes from *moment* are open."""
        return any(opens <= moment and moment + booked <= closes for opens, closes in self.windows)


@frozen
class Ask:
    """One piece of work of a story, asked for so long after the story's work before it."""

    after: int
    kind: int
    lasts: int
    booked: int
    clearance: int = 0


@frozen
class Story:
    """Work that follows upon work, until somebody leaves; work that has begun goes on to its end."""

    due: int
    asks: tuple[Ask, ...]
    leaves: int = NEVER


@frozen
class Case:
    """How much there is, what may be asked of it, and who asks."""

    capacities: tuple[int, ...]
    kinds: tuple[Kind, ...]
    stories: tuple[Story, ...]


@define(eq=False)
class _Piece:
    """One piece of work of one story."""

    story: int
    number: int
    ask: Ask
    kind: Kind
    rank: tuple[int, int]
    started: int = -1

    @property
    def booked_end(self) -> int:
        return self.started + self.ask.booked

    @property
    def end(self) -> int:
        return self.started + self.ask.lasts

    @property
    def returns(self) -> int:
        return self.end + self.ask.clearance


Row = tuple[int, int, int, int, int]  # story, piece, started, ended, when others may have the places


def rows_of(case: Case) -> list[Row]:
    """What is done in *case*, and when."""
    return sorted(_Oracle(case).rows())


class _Oracle:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.now = 0
        self.turn = {n: (0, story.asks[0].after) for n, story in enumerate(case.stories)}
        self.waiting: list[_Piece] = []
        self.working: list[_Piece] = []

    def rows(self) -> Iterator[Row]:
        """Let minute after minute pass."""
        while self.turn or self.waiting or self.working:
            yield from self.finish()
            self.ask()
            self.leave()
            if not self.settle():
                self.now += 1

    def finish(self) -> Iterator[Row]:
        """Work ends, and what it took comes back; the story goes on."""
        for piece in [piece for piece in self.working if piece.returns <= self.now]:
            self.working.remove(piece)
            yield piece.story, piece.number, piece.started, piece.end, piece.returns

    def ask(self) -> None:
        """Whoever has something to ask for now does so."""
        for n, (number, moment) in list(self.turn.items()):
            if moment > self.now:
                continue
            ask = self.case.stories[n].asks[number]
            self.waiting.append(
                _Piece(n, number, ask, self.case.kinds[ask.kind], (self.case.stories[n].due, n))
            )
            del self.turn[n]

    def leave(self) -> None:
        """Whoever has left waits no longer, and asks no more."""
        gone = {n for n, story in enumerate(self.case.stories) if story.leaves <= self.now}
        self.waiting = [piece for piece in self.waiting if piece.story not in gone]
        self.turn = {n: turn for n, turn in self.turn.items() if n not in gone}

    def settle(self) -> bool:
        """Start whatever may start; True if some of it takes no time, so that this minute is not over."""
        ahead: list[_Piece] = []
        begun: list[_Piece] = []
        for piece in sorted(self.waiting, key=lambda piece: piece.rank):
            if any(piece.kind is other.kind for other in ahead):
                continue
            if self.may_start(piece, ahead):
                piece.started = self.now
                self.waiting.remove(piece)
                self.working.append(piece)
                begun.append(piece)
                asks = self.case.stories[piece.story].asks
                if piece.number + 1 < len(asks):
                    following = piece.number + 1
                    self.turn[piece.story] = (following, piece.end + asks[following].after)
            else:
                ahead.append(piece)
        return any(piece.ask.lasts == 0 for piece in begun)

    def may_start(self, piece: _Piece, ahead: list[_Piece]) -> bool:
        """Whether it is all there, open as booked, and nobody ahead is put off."""
        there = all(self.free(r) >= units for r, units in piece.kind.takes.items())
        is_open = piece.kind.open(self.now, piece.ask.booked)
        return there and is_open and not any(self.puts_off(piece, other) for other in ahead)

    def puts_off(self, piece: _Piece, other: _Piece) -> bool:
        """Whether *piece*, started now, takes from *other* what that one could have had."""
        if not set(piece.kind.takes) & set(other.kind.takes):
            return False
        start = self.earliest(other)
        if self.now + piece.ask.booked <= start:
            return False
        spare = {r: self.sure(r, start) - units for r, units in other.kind.takes.items()}
        return any(r in spare and units > spare[r] for r, units in piece.kind.takes.items())

    def earliest(self, other: _Piece) -> int:
        """As booked, when *other* could start if nothing else were begun; what is overdue may end at once."""
        moments = {self.now} | {piece.booked_end for piece in self.working if piece.booked_end > self.now}
        moments |= {opens for opens, _ in other.kind.windows if opens > self.now}
        possible = (
            moment
            for moment in sorted(moments)
            if other.kind.open(moment, other.ask.booked)
            and all(self.hoped(r, moment) >= units for r, units in other.kind.takes.items())
        )
        return next(possible, NEVER)

    def free(self, resource: int) -> int:
        """How much of *resource* nobody has."""
        return self.case.capacities[resource] - sum(w.kind.takes.get(resource, 0) for w in self.working)

    def hoped(self, resource: int, moment: int) -> int:
        """How much of *resource* there is at *moment*, as booked, if nothing else is begun."""
        back = (w.kind.takes.get(resource, 0) for w in self.working if w.booked_end <= moment)
        return self.free(resource) + sum(back)

    def sure(self, resource: int, moment: int) -> int:
        """The same, not counting on anything that is overdue."""
        back = (w.kind.takes.get(resource, 0) for w in self.working if self.now < w.booked_end <= moment)
        return self.free(resource) + sum(back)
