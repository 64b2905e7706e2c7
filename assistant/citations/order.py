"""Near-verbatim statements: what stands in a place where the source has something else.

A statement that mostly repeats its source may still have two names or two numbers swapped, a word put for another that
the source uses elsewhere, or a "never" slipped in. Statement and source are reduced to atoms (content words, facts,
labels, and the small words that matter), aligned, and each gap between two aligned atoms is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from assistant.citations.align import common_subsequence
from assistant.citations.complaints import Complaint
from assistant.citations.facts import Matcher
from assistant.citations.reading import Reading
from assistant.citations.words import LIGHT_STEMS, NEGATIONS, OPPOSITES, TELLING

#: From this share of aligned atoms on a statement counts as a repetition of its source.
REPETITION = 0.6
#: A gap of the source with more atoms than this is a passage that was left out, not a word that was replaced.
SHORT_GAP = 3
#: So many words may be slipped in between two neighbours before they count as a phrase of their own.
SLIPPED = 2

#: Small words that paraphrases add and drop without changing what is said.
_WEAK = frozenset("in out on off to from by over about up down all both since while when if would will could".split())
#: Words without which a statement says less, not more.
_LESS = frozenset("all each every both any much many several during again".split()) | _WEAK


_DENIAL = "\0not"


@dataclass(frozen=True, slots=True)
class _Atom:
    """kind: "fact" (number, date, time, position, label), "name", "word", "light" or "small"."""

    key: str
    text: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Aligned:
    """The atoms of both texts, and which of them were left unaligned."""

    mine: list[_Atom]
    theirs: list[_Atom]
    pairs: list[tuple[int, int]]
    loose: dict[str, int]  # key to index of an unaligned atom of the source
    own: frozenset[str]  # keys of the statement's unaligned atoms


def replaced(statement: Reading, source: Reading) -> list[Complaint]:
    """Complaints about the gaps of a near-verbatim statement; none where it is a paraphrase."""
    mine, theirs = _atoms(statement, Matcher(source)), _atoms(source, Matcher(source))
    if len(mine) < 2 or not theirs:
        return []
    pairs = common_subsequence([atom.key for atom in mine], [atom.key for atom in theirs])
    if len(pairs) < REPETITION * len(mine):
        return []
    used, taken = {index for index, _ in pairs}, {place for _, place in pairs}
    aligned = _Aligned(
        mine,
        theirs,
        pairs,
        {atom.key: place for place, atom in enumerate(theirs) if place not in taken},
        frozenset(atom.key for index, atom in enumerate(mine) if index not in used),
    )
    complaints = []
    before = (-1, -1)
    for pair in [*pairs, (len(mine), len(theirs))]:
        own, other = mine[before[0] + 1 : pair[0]], theirs[before[1] + 1 : pair[1]]
        inside = before[0] >= 0 and pair[0] < len(mine)
        for check in (_small, _put_for, _repeated):
            complaint = check(own, other, inside, aligned)
            if complaint:
                complaints.append(complaint)
                break
        before = pair
    return complaints or _torn_names(aligned)


def _small(own: list[_Atom], other: list[_Atom], inside: bool, aligned: _Aligned) -> Complaint | None:
    """A "never", "before" or "only" that one of them has and the other has not."""
    said = [atom for atom in own if atom.kind == "small" and atom.key not in aligned.loose and atom.text not in _WEAK]
    if not any(atom.key == "without" for atom in aligned.theirs):
        said = [atom for atom in said if atom.key != "with"]
    if said:
        return Complaint(f"the source does not say “{said[0].text}” there", hard=said[0].text in NEGATIONS)
    if inside and len(other) <= SHORT_GAP and not any(atom.kind in ("word", "name", "fact") for atom in own):
        kept = {atom.key for atom in aligned.mine}
        # A denial counts each time; another small word may have been aligned with its twin.
        lost = [a for a in other if a.kind == "small" and a.key not in (aligned.own if a.key == _DENIAL else kept)]
        lost = [atom for atom in lost if atom.text not in _LESS]
        if lost:
            return Complaint(f"the source says “{lost[0].text}” there", hard=lost[0].text in NEGATIONS)
    return None


def _put_for(own: list[_Atom], other: list[_Atom], inside: bool, aligned: _Aligned) -> Complaint | None:
    """Something in the place of something else. Common words that changed places are only worded otherwise."""
    told = [atom for atom in own if atom.kind in ("word", "name", "fact")]
    found = [atom for atom in other if atom.kind in ("word", "name", "fact")]
    if not told:
        return None
    if not found:
        slipped = inside and len(own) <= SLIPPED and not any(atom.key in aligned.loose for atom in told)
        if slipped and told[0].kind != "fact":
            return Complaint(f"the source does not have “{told[0].text}” in that place", hard=False)
        return None
    if not inside and len(found) > SHORT_GAP:
        return None
    for atom in told:
        for rival in found:
            alike = (atom.kind == "fact") == (rival.kind == "fact")
            moved = atom.key in aligned.loose
            if moved and "word" in (atom.kind, rival.kind) and rival.key not in OPPOSITES.get(atom.key, ()):
                continue  # a word of the same sentence, in another place
            if alike or not moved:
                return Complaint(f"the source says “{rival.text}” there, the statement “{atom.text}”", hard=False)
    return None


def _repeated(own: list[_Atom], other: list[_Atom], inside: bool, aligned: _Aligned) -> Complaint | None:
    """A name or fact that the statement gives once more than the source, or a fact out of its order."""
    taken = {aligned.theirs[place].key: place for _, place in aligned.pairs}
    for atom in own:
        if atom.kind in ("fact", "name", "word") and atom.key in taken and atom.key not in aligned.loose:
            return Complaint(f"the source does not give {atom.text} in that place", hard=False)
        if atom.key in aligned.loose and _jumps(atom, aligned):
            return Complaint(f"the source has {atom.text} in another place", hard=False)
    return None


def _jumps(atom: _Atom, aligned: _Aligned) -> bool:
    """Whether a number stands on the other side of another number than in the source, or a name of a name nearby.

    Acronyms are left out: "SONNE deployed the CTD" and "the CTD was deployed by SONNE" say the same.
    """
    place = aligned.loose[atom.key]
    index = aligned.mine.index(atom)
    if [a.key for a in aligned.mine[index + 1 : index + 2]] == [a.key for a in aligned.theirs[place + 1 : place + 2]]:
        return False  # "three chipods" moved as a whole
    number = atom.kind == "fact"
    if not number and (atom.kind != "name" or atom.text.isupper()):
        return False
    for index, other in aligned.pairs:
        rival = aligned.mine[index]
        if rival.key[:2] != atom.key[:2] if number else rival.kind != "name" or rival.text.isupper():
            continue
        if (rival.start < atom.start) != (other < place) and (number or abs(other - place) <= SHORT_GAP):
            return True
    return False


def _torn_names(aligned: _Aligned) -> list[Complaint]:
    """A name whose words stand in another order: "Passage Drake"."""
    runs = {(a.key, b.key) for a, b in _runs(aligned.theirs)}
    for first, second in _runs(aligned.mine):
        if (second.key, first.key) in runs and (first.key, second.key) not in runs:
            return [Complaint(f"the source says “{second.text} {first.text}”", hard=False)]
    return []


def _runs(atoms: list[_Atom]) -> list[tuple[_Atom, _Atom]]:
    """Neighbouring names with nothing between them but a space or a hyphen."""
    return [(a, b) for a, b in pairwise(atoms) if a.kind == b.kind == "name" and 0 <= b.start - a.end <= 1]


def _atoms(reading: Reading, matcher: Matcher) -> list[_Atom]:
    atoms = []
    for word in reading.words:
        if word.content:
            kind = "light" if word.root in LIGHT_STEMS else "name" if word.text[0].isupper() else "word"
            atoms.append(_Atom(word.root, word.text, word.start, word.end, kind))
        elif word.form in TELLING or word.form.endswith("n't"):
            key = _DENIAL if word.form in NEGATIONS or word.form.endswith("n't") else word.form
            atoms.append(_Atom(key, word.form, word.start, word.end, "small"))
    for start, text, key in matcher.keys(reading):
        atoms.append(_Atom(key, text, start, start + len(text), "fact"))
    return sorted(atoms, key=lambda atom: atom.start)
