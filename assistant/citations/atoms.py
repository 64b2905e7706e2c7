"""A statement laid beside the sentence that it repeats: both as atoms, and which atom answers to which."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.citations.align import common_subsequence
from assistant.citations.facts import Matcher
from assistant.citations.reading import Reading, Word
from assistant.citations.words import GLUE, NEGATIONS, TELLING, telling_key

#: From this share of aligned atoms on a statement counts as a repetition of its source.
REPETITION = 0.5
#: The key of every denial: "not" answers to "never".
DENIAL = "\0not"


@dataclass(frozen=True, slots=True)
class Atom:
    """A content word, a fact, a label, or a small word that matters.

    kind: "fact" (number, date, time, position, label), "name", "word", "light" or "small".
    """

    key: str
    text: str
    start: int
    end: int
    kind: str

    @property
    def told(self) -> bool:
        """Whether it carries what is said."""
        return self.kind in ("word", "name", "fact")


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between two neighbouring pairs: atoms of the statement and of the source that answer to none.

    inside: whether there is a pair on both sides.
    """

    own: list[Atom]
    other: list[Atom]
    inside: bool


@dataclass(frozen=True, slots=True)
class Aligned:
    """The atoms of both texts, and which of them were left unaligned."""

    statement: Reading
    source: Reading
    mine: list[Atom]
    theirs: list[Atom]
    pairs: list[tuple[int, int]]
    loose: dict[str, int]  # key to index of an unaligned atom of the source
    own: frozenset[str]  # keys of the statement's unaligned atoms

    @property
    def share(self) -> float:
        """How much of the statement answers to the source, 0 to 1."""
        return len(self.pairs) / len(self.mine)

    def gaps(self) -> list[Gap]:
        """The gaps before, between and after the pairs, empty ones too."""
        found = []
        before = (-1, -1)
        for pair in [*self.pairs, (len(self.mine), len(self.theirs))]:
            own, other = self.mine[before[0] + 1 : pair[0]], self.theirs[before[1] + 1 : pair[1]]
            found.append(Gap(own, other, before[0] >= 0 and pair[0] < len(self.mine)))
            before = pair
        return found


def lay_beside(statement: Reading, source: Reading, heads: frozenset[str] = frozenset()) -> Aligned | None:
    """The two texts aligned, or None where the statement does not repeat the source.

    heads: stems of the words above a row of a table; a statement may name its columns, which the row does not.
    """
    matcher = Matcher(source)
    mine, theirs = _atoms(statement, matcher), _atoms(source, matcher)
    heads -= {atom.key for atom in theirs}
    mine = [atom for atom in mine if atom.key not in heads]
    if len(mine) < 2 or not theirs:
        return None
    pairs = common_subsequence([atom.key for atom in mine], [atom.key for atom in theirs])
    if len(pairs) < REPETITION * len(mine):
        return None
    used, taken = {index for index, _ in pairs}, {place for _, place in pairs}
    return Aligned(
        statement,
        source,
        mine,
        theirs,
        pairs,
        {atom.key: place for place, atom in enumerate(theirs) if place not in taken},
        frozenset(atom.key for index, atom in enumerate(mine) if index not in used),
    )


def glue_between(reading: Reading, start: int, end: int) -> list[Word]:
    """The words in reading.text[start:end] that only tie others together."""
    return [word for word in reading.words if start <= word.start < end and word.form in GLUE and not word.fact]


def _atoms(reading: Reading, matcher: Matcher) -> list[Atom]:
    atoms = []
    for word in reading.words:
        if word.content:
            kind = "light" if reading.is_light(word) else "name" if word.text[0].isupper() else "word"
            atoms.append(Atom(word.root, word.text, word.start, word.end, kind))
        elif not word.fact and (word.form in TELLING or word.form.endswith("n't")):
            denial = word.form in NEGATIONS or word.form.endswith("n't")
            atoms.append(Atom(DENIAL if denial else telling_key(word.form), word.form, word.start, word.end, "small"))
    for start, text, key in matcher.keys(reading):
        atoms.append(Atom(key, text, start, start + len(text), "fact"))
    return sorted(atoms, key=lambda atom: atom.start)
