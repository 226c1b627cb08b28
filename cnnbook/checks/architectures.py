"""The questions of part 3, the classic architectures, from all its chapters."""

from . import PARTS, in_chapter

globals().update({name: asked for chapter in PARTS["architectures"] for name, asked in in_chapter(chapter).items()})

__all__ = [name for chapter in PARTS["architectures"] for name in in_chapter(chapter)]
