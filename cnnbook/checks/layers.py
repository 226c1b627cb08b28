"""The questions of part 2, the other layers, from all its chapters."""

from typing import TYPE_CHECKING

from . import PARTS, Question, in_chapter

globals().update({name: asked for chapter in PARTS["layers"] for name, asked in in_chapter(chapter).items()})

__all__ = [name for chapter in PARTS["layers"] for name in in_chapter(chapter)]

if TYPE_CHECKING:  # an editor cannot run the lines above

    def __getattr__(name: str) -> Question: ...
