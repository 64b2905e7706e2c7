"""Near-verbatim statements: what stands in a place where the source has something else.

A statement that mostly repeats its source may still have two names or two numbers swapped, a word put for another that
the source uses elsewhere, or a "never" slipped in. Statement and source are aligned atom by atom, and each gap between
two aligned atoms is looked at.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from assistant.citations.atoms import DENIAL, Aligned, Atom, Gap, glue_between
from assistant.citations.complaints import Complaint
from assistant.citations.moves import moved
from assistant.citations.words import EXCEPTIONS, HEDGES, MODALS, NEGATIONS, OPPOSITES, tie_alike

#: A gap of the source with more atoms than this is a passage that was left out, not a word that was replaced.
SHORT_GAP = 3
#: So many words may be slipped in between two neighbours before they count as a phrase of their own.
SLIPPED = 2

#: Content words that turn what they stand before: "outside of the zone".
_BEYOND = frozenset("outside beyond behind opposite".split())
#: Words without which a statement says less, not more.
_LESS = frozenset("all each every both any much many several during again with".split())


def replaced(aligned: Aligned | None, joined: bool = False) -> list[Complaint]:
    """Complaints about the gaps of a near-verbatim statement; none where it is a paraphrase, which aligns with nothing.

    joined: whether the source is several sentences read together. What is scattered over them, or taken from a later
        one to be put into an earlier one, is stitched.
    """
    if aligned is None:
        return [Complaint("its words are scattered over several sentences", hard=False)] if joined else []
    if joined and any(atom.told and atom.key in aligned.loose for gap in aligned.gaps() for atom in gap.own):
        return [Complaint("its parts stand in several sentences, in another order", hard=False)]
    complaints = []
    for gap in aligned.gaps():
        for check in (_small, _put_for, _against, _repeated):
            complaint = check(gap, aligned)
            if complaint:
                complaints.append(complaint)
                break
    complaints += [
        complaint for complaint in (_tied(aligned), _left_out(aligned), _given_otherwise(aligned)) if complaint
    ]
    return complaints or _torn_names(aligned) or moved(aligned)


def _small(gap: Gap, aligned: Aligned) -> Complaint | None:
    """A "never", "before" or "only" that one of them has and the other has not."""
    said = [atom for atom in gap.own if atom.kind == "small" and atom.key not in aligned.loose]
    said = [atom for atom in said if not (atom.text in HEDGES and _hedges(atom, aligned) and not _exact(atom, aligned))]
    if not any(atom.key == "without" for atom in aligned.theirs):
        said = [atom for atom in said if atom.key != "with"]
    if said:
        return Complaint(f"the source does not say “{said[0].text}” there", hard=said[0].text in NEGATIONS)
    lost = gap.other if gap.inside and len(gap.other) <= SHORT_GAP else _right_before(gap, aligned)
    if lost and not any(atom.told for atom in gap.own):
        kept = {atom.key for atom in aligned.mine}
        # A denial counts each time; another small word may have been aligned with its twin.
        lost = [
            a
            for a in lost
            if (a.kind == "small" or a.text in _BEYOND) and a.key not in (aligned.own if a.key == DENIAL else kept)
        ]
        lost = [
            atom for atom in lost if atom.text not in _LESS and not (atom.text in HEDGES and _hedges(atom, aligned))
        ]
        if lost:
            return Complaint(f"the source says “{lost[0].text}” there", hard=lost[0].text in NEGATIONS)
    return None


def _right_before(gap: Gap, aligned: Aligned) -> list[Atom]:
    """The denial or plan that stands in the source directly before where the statement begins: "We will sail"."""
    first, place = aligned.pairs[0]
    if gap.inside or not gap.other or first != 0 or gap.other[-1] is not aligned.theirs[place - 1]:
        return []
    if gap.other[-1].text not in NEGATIONS | MODALS:
        return []
    between = aligned.source.text[gap.other[-1].end : aligned.theirs[place].start]
    return gap.other[-1:] if len(between.split()) <= 1 and not any(mark in between for mark in ".;:") else []


def _hedges(atom: Atom, aligned: Aligned) -> bool:
    """Whether a "nearly" stands before a number, where it is one more word for "about"."""
    for reading in (aligned.statement, aligned.source):
        if any(q.hedged and 0 <= q.start - atom.end <= 3 for q in reading.quantities):
            return True
    return False


def _exact(hedge: Atom, aligned: Aligned) -> bool:
    """Whether the source gives the very number before which the statement says "nearly", and gives it plainly."""
    own = next((q for q in aligned.statement.quantities if 0 <= q.start - hedge.end <= 3), None)
    twins = [q for q in aligned.source.quantities if own is not None and q.values == own.values]
    return bool(twins) and not any(q.hedged for q in twins)


def _put_for(gap: Gap, aligned: Aligned) -> Complaint | None:
    """Something in the place of something else. Common words that changed places are only worded otherwise."""
    told = [atom for atom in gap.own if atom.told]
    found = [atom for atom in gap.other if atom.told]
    if not told:
        return None
    if not found:
        slipped = gap.inside and len(gap.own) <= SLIPPED and not any(atom.key in aligned.loose for atom in told)
        if slipped and told[0].kind != "fact":
            return Complaint(f"the source does not have “{told[0].text}” in that place", hard=False)
        return None
    if not gap.inside and len(found) > SHORT_GAP:
        return None
    for atom in told:
        for rival in found:
            alike = (atom.kind == "fact") == (rival.kind == "fact")
            elsewhere = atom.key in aligned.loose
            if elsewhere and "word" in (atom.kind, rival.kind) and rival.key not in OPPOSITES.get(atom.key, ()):
                continue  # a word of the same sentence, in another place
            if elsewhere and atom.key[:2] != rival.key[:2] and atom.kind == "fact":
                continue  # a date is not put for a number
            if alike or not elsewhere:
                return Complaint(f"the source says “{rival.text}” there, the statement “{atom.text}”", hard=False)
    return None


def _against(gap: Gap, aligned: Aligned) -> Complaint | None:
    """A word out of its place, of which the source says the opposite too: "an increase in DIC, a decrease in pH"."""
    theirs = {atom.key: atom for atom in aligned.theirs}
    for atom in gap.own:
        if atom.told and atom.key in aligned.loose:
            rival = next((theirs[key] for key in OPPOSITES.get(atom.key, ()) if key in theirs), None)
            if rival:
                return Complaint(f"the source says “{rival.text}” there, the statement “{atom.text}”", hard=False)
    if gap.inside and not any(atom.told for atom in gap.own):
        kept = {atom.key: atom for atom in aligned.mine}
        for atom in gap.other:
            rival = next((kept[key] for key in OPPOSITES.get(atom.key, ()) if key in kept), None)
            if rival and atom.told and atom.key not in kept:
                return Complaint(f"the source says “{atom.text}” there, the statement “{rival.text}”", hard=False)
    return None


def _given_otherwise(aligned: Aligned) -> Complaint | None:
    """What follows a value in the statement, and another of its kind in the source: "1500 lbs [...] in water"."""
    values = {quantity.start: quantity for quantity in aligned.source.quantities if quantity.units}
    for (a, b), (c, d) in pairwise(aligned.pairs):
        own = values.get(aligned.theirs[b].start)
        if own is None or c != a + 1:
            continue
        for atom in aligned.theirs[b + 1 : d]:
            other = values.get(atom.start)
            if other is not None and any(x.dimension == y.dimension for x in own.units for y in other.units):
                return Complaint(f"the source says this of {other.text}, not of {own.text}", hard=False)
    return None


def _repeated(gap: Gap, aligned: Aligned) -> Complaint | None:
    """A name or fact that the statement gives once more than the source, or a fact out of its order."""
    taken = {aligned.theirs[place].key: place for _, place in aligned.pairs}
    for atom in gap.own:
        if atom.told and atom.key in taken and atom.key not in aligned.loose:
            return Complaint(f"the source does not give {atom.text} in that place", hard=False)
        if atom.key in aligned.loose and _jumps(atom, aligned):
            return Complaint(f"the source has {atom.text} in another place", hard=False)
    return None


def _jumps(atom: Atom, aligned: Aligned) -> bool:
    """Whether a number stands on the other side of another number than in the source, or a name of a name nearby.

    Acronyms are left out: "SONNE deployed the CTD" and "the CTD was deployed by SONNE" say the same.
    """
    place = aligned.loose[atom.key]
    index = aligned.mine.index(atom)
    number = atom.kind == "fact"
    mine, theirs = aligned.mine[index + 1 : index + 2], aligned.theirs[place + 1 : place + 2]
    if [a.key for a in mine] == [a.key for a in theirs] and not (number and mine and mine[0].kind == "fact"):
        return False  # "three chipods" moved as a whole
    if not number and (atom.kind != "name" or atom.text.isupper()):
        return False
    for index, other in aligned.pairs:
        rival = aligned.mine[index]
        if rival.key[:2] != atom.key[:2] if number else rival.kind != "name" or rival.text.isupper():
            continue
        if (rival.start < atom.start) != (other < place) and (number or abs(other - place) <= SHORT_GAP):
            return True
    return False


def _tied(aligned: Aligned) -> Complaint | None:
    """Two neighbours that the source ties together otherwise: "from" for "to", "or" for "and"."""
    for (a, b), (c, d) in pairwise([(-1, aligned.pairs[0][1] - 1), *aligned.pairs]):
        if any(atom.key != "with" for atom in (*aligned.mine[a + 1 : c], *aligned.theirs[b + 1 : d])):
            continue
        mine = glue_between(aligned.statement, aligned.mine[a].end if a >= 0 else 0, aligned.mine[c].start)
        theirs = glue_between(aligned.source, aligned.theirs[b].end if b >= 0 else 0, aligned.theirs[d].start)
        said, found = Counter(word.form for word in mine), Counter(word.form for word in theirs)
        forms = list((found - said).elements())
        for form in (said - found).elements():
            # "No case in A20 and A22" and "no case in A20 or A22" deny the same.
            denied = {form, *forms} <= {"and", "or"} and any(x.key == DENIAL for x in aligned.mine[max(0, a - 4) : c])
            if forms and not denied and not any(tie_alike(form, other) for other in forms):
                return Complaint(f"the source says “{forms[0]}” there, the statement “{form}”", hard=False)
    return _tied_behind(aligned)


def _tied_behind(aligned: Aligned) -> Complaint | None:
    """A small word behind the last that is told, with nothing but a pronoun after it: "made available from us"."""
    last, place = aligned.pairs[-1]
    if last != len(aligned.mine) - 1:
        return None
    mine = glue_between(aligned.statement, aligned.mine[last].end, len(aligned.statement.text))
    end = aligned.theirs[place + 1].start if place + 1 < len(aligned.theirs) else len(aligned.source.text)
    theirs = glue_between(aligned.source, aligned.theirs[place].end, end)
    if not mine or not theirs or any(tie_alike(a.form, b.form) for a in mine for b in theirs):
        return None
    return Complaint(f"the source says “{theirs[0].form}” there, the statement “{mine[0].form}”", hard=False)


def _left_out(aligned: Aligned) -> Complaint | None:
    """An exception that the source makes right behind what the statement says, and the statement does not."""
    kept = {atom.key for atom in aligned.mine}
    reached = max((place for _, place in aligned.pairs), default=-1)
    for atom in aligned.theirs[: reached + 3]:
        if atom.text in EXCEPTIONS and atom.key not in kept:
            return Complaint(f"the source says “{atom.text}” there", hard=False)
    return None


def _torn_names(aligned: Aligned) -> list[Complaint]:
    """A name whose words stand in another order: "Passage Drake"."""
    runs = {(a.key, b.key) for a, b in _runs(aligned.theirs)}
    for first, second in _runs(aligned.mine):
        if (second.key, first.key) in runs and (first.key, second.key) not in runs:
            return [Complaint(f"the source says “{second.text} {first.text}”", hard=False)]
    return []


def _runs(atoms: list[Atom]) -> list[tuple[Atom, Atom]]:
    """Neighbouring names with nothing between them but a space or a hyphen."""
    return [(a, b) for a, b in pairwise(atoms) if a.kind == b.kind == "name" and 0 <= b.start - a.end <= 1]
