"""Origin: where what is being read comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from classifier.article import Source


@dataclass(frozen=True, slots=True)
class Origin:
    """The path of an input, the member of an archive in it, and the stem of its articles' ids.

    ``member`` names members within members as ``outer.zip!inner.md``.

    Examples
    --------
    >>> Origin("2026.zip", "A1.md", "A1").name
    '2026.zip!A1.md'
    >>> Origin("A1.md", stem="A1").id_of(2, count=3)
    'A1-2'
    """

    path: str = ""
    member: str = ""
    stem: str = "article"

    @property
    def name(self) -> str:
        """What refusals call it."""
        return f"{self.path}!{self.member}" if self.member else self.path

    def inside(self, member: str, stem: str) -> Origin:
        """The origin of a member of this archive."""
        return replace(self, member=f"{self.member}!{member}" if self.member else member, stem=stem)

    def id_of(self, position: int, count: int) -> str:
        """The id of the article at ``position`` (from 1): the stem alone where there is only one."""
        return f"{self.stem}-{position}" if count > 1 else self.stem

    def source(self, position: int = 0) -> Source:
        """The article's source, without a place on a page."""
        return Source(self.path, self.member, position)
