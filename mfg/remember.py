"""Keys for caches: by the content of a tree, or by the identity of a value."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from attrs import field, frozen

_T = TypeVar("_T")


@frozen
class Content:
    """A tree as it stands, equal to every other with the same content in the same order."""

    tree: Any = field(eq=False)
    text: str = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "text", repr(self.tree))


@frozen(eq=False)
class Itself(Generic[_T]):
    """A value that is never changed, equal to nothing but itself."""

    value: _T

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)
