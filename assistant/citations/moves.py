"""Near-verbatim statements: the same words in other places.

A writer moves whole phrases ("In 2012 the plume ...", "... in 2012"), turns a sentence round its verb ("Aaron Beck was
the chief scientist") or into the passive, and puts a list in another order. What is left is a swap: two things each in
the other's place, and that says something else.
"""

from __future__ import annotations

import re
from itertools import combinations, pairwise

from assistant.citations.align import common_subsequence
from assistant.citations.atoms import Aligned, Atom, glue_between
from assistant.citations.complaints import Complaint
from assistant.citations.reading import Reading
from assistant.citations.words import tie_alike

#: A member of a list has at most so many words.
_LONGEST_MEMBER = 4

_LIST_MARK = re.compile(r",|;|/|&|\band\b|\bor\b|\bas well as\b")
_BE = frozenset("is are was were be been being".split())
_AUXILIARY = _BE | frozenset("has have had will can could did does do may might should would must".split())


def moved(aligned: Aligned) -> list[Complaint]:
    """A complaint about two things in each other's place, a reversed phrase, or a turned verb; else none."""
    for check in (
        _row_order,
        _swapped,
        _reversed,
        _displaced,
        _other_subject,
        _other_end,
        _turned,
        _new_subject,
        _beheaded,
        _not_subject,
        _turned_round,
        _nothing_told,
    ):
        complaint = check(aligned)
        if complaint:
            return [complaint]
    return []


#: So many atoms may be put in another order without a verb: "Lutz Mallon, captain".
_SHORTEST_ROW = 4


def _row_order(aligned: Aligned) -> Complaint | None:
    """Cells of a row, or words of a heading, in another order: where no verb ties them, their order does."""
    prose = _VERB.search(aligned.statement.text) or any(word.form in _ARTICLES for word in aligned.statement.words)
    if len(aligned.mine) <= _SHORTEST_ROW or prose:
        return None
    for number, gap in enumerate(aligned.gaps()):
        for atom in gap.own:
            if atom.told and atom.key in aligned.loose and not (number == 0 and len(gap.own) == 1):
                there = aligned.theirs[aligned.loose[atom.key]]
                beside = aligned.theirs[max(0, aligned.loose[atom.key] - 1)]
                if not _one_list(aligned, beside, there):
                    return Complaint(f"the source has {there.text} in another place", hard=False)
    return None


_ARTICLES = frozenset("the a an".split())


def _swapped(aligned: Aligned) -> Complaint | None:
    """Two atoms each of which stands where the source has the other."""
    if _by(aligned.statement) != _by(aligned.source):
        return None  # the passive of the same sentence
    gaps = [gap for gap in aligned.gaps() if gap.own and gap.other]
    for one, two in combinations(gaps, 2):
        for a in one.own:
            for b in two.own:
                there = next((atom for atom in one.other if atom.key == b.key), None)
                here = next((atom for atom in two.other if atom.key == a.key), None)
                if there and here and (a.told or b.told) and not _one_list(aligned, there, here):
                    return Complaint(f"the source has {here.text} and {there.text} in each other's place", hard=False)
    return None


def _one_list(aligned: Aligned, first: Atom, last: Atom) -> bool:
    """Whether two atoms of the source are members of one list, whose order says nothing."""
    if any(atom.kind == "fact" and atom.key[:2] != "\0l" for atom in (first, last)):
        return False  # numbers are listed in the order of what they are given for
    if any(word.form == "respectively" for word in (*aligned.source.words, *aligned.statement.words)):
        return False
    members = _LIST_MARK.split(aligned.source.text[first.start : last.end])
    return len(members) > 1 and all(len(member.split()) <= _LONGEST_MEMBER for member in members)


def _by(reading: Reading) -> bool:
    return any(word.form == "by" for word in reading.words)


def _reversed(aligned: Aligned) -> Complaint | None:
    """A phrase that moved, with its own words in another order."""
    if _by(aligned.statement) != _by(aligned.source):
        return None
    taken = {place for _, place in aligned.pairs}
    left = [atom.key for place, atom in enumerate(aligned.theirs) if place not in taken]
    for gap in aligned.gaps():
        own = [atom for atom in gap.own if atom.key in aligned.loose]
        places = sorted(aligned.loose[atom.key] for atom in own)
        if len(own) < 2 or places[-1] - places[0] != len(places) - 1:
            continue
        joint = [w.form for w in glue_between(aligned.statement, own[0].end, own[-1].start)]
        if len(own) == 2 and sum(atom.key[:2] == "\0n" for atom in own) == 1 and joint == ["of"]:
            continue  # "a depth of 300 m" for "300 m depth"
        in_order = len(common_subsequence([atom.key for atom in own], left)) == len(own)
        if not in_order and not _one_list(aligned, aligned.theirs[places[0]], aligned.theirs[places[-1]]):
            ordered = sorted(own, key=lambda atom: aligned.loose[atom.key])
            return Complaint(f"the source says “{' '.join(atom.text for atom in ordered)}”", hard=False)
    return None


def _displaced(aligned: Aligned) -> Complaint | None:
    """A name or number that moved by itself, without the small word that it hangs on in the source."""
    if _by(aligned.statement) != _by(aligned.source):
        return None
    gaps = aligned.gaps()
    for number, gap in enumerate(gaps):
        if gap.other or len(gap.own) != 1 or number == 0:
            continue
        atom = gap.own[0]
        place = aligned.loose.get(atom.key)
        if place is None or place == 0 or (gap.inside and place == len(aligned.theirs) - 1 and atom.kind != "word"):
            continue
        there = aligned.theirs[place]
        index = aligned.mine.index(atom)
        named = atom.kind == "name" or atom.key[:2] in ("\0n", "\0l")
        if _hung_alike(aligned, index, place) or not (named or _hung(aligned, index, place)):
            continue
        crossed = _crossed(aligned, index, place)
        if crossed is None or not _one_list(aligned, *sorted((there, crossed), key=lambda a: a.start)):
            return Complaint(f"the source has {there.text} in another place", hard=False)
    return None


def _crossed(aligned: Aligned, index: int, place: int) -> Atom | None:
    """The atom of the source on whose other side an atom of the statement now stands."""
    twins = dict(aligned.pairs)
    for beside in (index + 1, index - 1):
        if beside in twins and (twins[beside] < place) == (beside > index):
            return aligned.theirs[twins[beside]]
    return None


def _other_subject(aligned: Aligned) -> Complaint | None:
    """A statement that begins with something from further on, in the place of what the source says it of."""
    first = aligned.gaps()[0]
    told = [atom for atom in first.own if atom.told]
    found = [atom for atom in first.other if atom.told]
    if not told or not found or _by(aligned.statement) != _by(aligned.source):
        return None
    if any(atom.key not in aligned.loose for atom in told):
        return None
    place = aligned.loose[told[0].key]
    if _hung_alike(aligned, aligned.mine.index(told[0]), place) or _one_list(aligned, found[-1], aligned.theirs[place]):
        return None
    start, last = aligned.theirs[aligned.pairs[0][1]].start, aligned.theirs[max(aligned.loose[a.key] for a in told)]
    if start < last.end and not _VERB.search(aligned.source.text[start : last.end]):
        return None  # "surface waters were colder" for "colder surface waters"
    return Complaint(f"the source says this of {found[0].text}", hard=False)


def _other_end(aligned: Aligned) -> Complaint | None:
    """A statement that ends in something from elsewhere, in the place of how its sentence ends in the source."""
    last = aligned.gaps()[-1]
    told = [atom for atom in last.own if atom.told]
    found = [atom for atom in last.other if atom.told]
    if not told or not found or _by(aligned.statement) != _by(aligned.source):
        return None
    if any(atom.key not in aligned.loose for atom in told):
        return None
    index, place = aligned.mine.index(last.own[0]), aligned.loose.get(last.own[0].key)
    places = [aligned.loose[atom.key] for atom in told]
    hung = last.own[0].kind == "small" or (place is not None and _hung_alike(aligned, index, place))
    if place is None or (places == sorted(places) and hung):
        return None  # "... in 2012", which opens the sentence of the source
    if _one_list(aligned, *sorted((aligned.theirs[place], found[0]), key=lambda atom: atom.start)):
        return None
    return Complaint(f"the source says “{found[0].text}” there, the statement “{told[0].text}”", hard=False)


def _hung_alike(aligned: Aligned, index: int, place: int) -> bool:
    """Whether an atom of the statement hangs on the same small word as its twin in the source."""
    mine, theirs = _hooks(aligned, index, place)
    return any(tie_alike(a, b) for a in mine for b in theirs)


def _hung(aligned: Aligned, index: int, place: int) -> bool:
    """Whether both an atom and its twin hang on a small word: "from blue", "to blue"."""
    mine, theirs = _hooks(aligned, index, place)
    return bool(mine and theirs)


def _hooks(aligned: Aligned, index: int, place: int) -> tuple[list[str], list[str]]:
    """The small words between an atom and the one before it, in the statement and in the source."""
    mine = glue_between(aligned.statement, aligned.mine[index - 1].end if index else 0, aligned.mine[index].start)
    theirs = glue_between(aligned.source, aligned.theirs[place - 1].end if place else 0, aligned.theirs[place].start)
    return [w.form for w in mine if w.form not in _JOINING], [w.form for w in theirs if w.form not in _JOINING]


_JOINING = frozenset("and or but while than".split())


def _turned(aligned: Aligned) -> Complaint | None:
    """A verb in the passive where the source has the active, and the doer and the done-to as they were."""
    mine, theirs = _passives(aligned.statement), _passives(aligned.source)
    answers = {aligned.mine[index].key: (index, place) for index, place in aligned.pairs}
    for root in mine ^ theirs:
        if root not in answers:
            continue
        index, place = answers[root]
        before, after = _beside(aligned.mine, index)
        source_before, source_after = _beside(aligned.theirs, place)
        if before and after and before == source_before and after == source_after:
            return Complaint(f"the source turns “{aligned.theirs[place].text}” the other way", hard=False)
    return None


def _passives(reading: Reading) -> frozenset[str]:
    """Roots of the verbs of "was towed by"."""
    words = reading.words
    return frozenset(
        b.root
        for a, b, c in zip(words, words[1:], words[2:], strict=False)
        if a.form in _BE and c.form == "by" and b.content
    )


def _beside(atoms: list[Atom], index: int) -> tuple[str, str]:
    """The keys of what is told right before and right after an atom."""
    before = next((atom.key for atom in reversed(atoms[:index]) if atom.told), "")
    after = next((atom.key for atom in atoms[index + 1 :] if atom.told), "")
    return before, after


_VERB = re.compile(r"\b(?:was|were|is|are|has|have|had|did|does|do|will|can|could|[a-z]{2,20}ed)\b")
_THERE = re.compile(r"\bthere\s+(?:is|are|was|were)\b", re.IGNORECASE)
_NEXT_CLAUSE = re.compile(r"(?:;|,?\s(?:and|but|while|whereas|or)|\.)\s+")


def _new_subject(aligned: Aligned) -> Complaint | None:
    """A stretch of the source was left out that ends one clause and begins another with a subject of its own."""
    for (a, b), (c, d) in zip(aligned.pairs, aligned.pairs[1:], strict=False):
        if c != a + 1 or d <= b + 1:
            continue
        between = aligned.source.text[aligned.theirs[b].end : aligned.theirs[d].start]
        verb = _VERB.search(between)
        other = _behind_comma(aligned, a, b, d)
        if other:
            return Complaint(f"the source says this of {other.text}", hard=False)
        if _THERE.search(between):
            return Complaint("the source begins another clause there", hard=False)
        if verb is None:
            continue
        cuts = list(_NEXT_CLAUSE.finditer(between, verb.end()))
        if not cuts:
            continue
        start = aligned.theirs[b].end + cuts[-1].end()
        subject = [atom for atom in aligned.theirs[b + 1 : d] if atom.start >= start and atom.told]
        after = aligned.theirs[d]
        # "..., and the pump was lost": the verb belongs to the pump, not to what stands before the gap.
        if subject and _verbal(aligned.source, subject[-1].end, after):
            return Complaint(f"the source says this of {subject[0].text}", hard=False)
    return None


_JOINED_ON = re.compile(r"\s?(?:and|or|nor|but|which|who|that|where|when|while|as|not|e\.g\.|i\.e\.)\b", re.IGNORECASE)


def _behind_comma(aligned: Aligned, a: int, b: int, d: int) -> Atom | None:
    """The subject of "Before filling the cell with a sample, the pipette is cleared", for a statement about samples."""
    after = next((word for word in aligned.statement.words if word.start >= aligned.mine[a].end), None)
    if after is None or after.form not in _AUXILIARY:
        return None
    start, end = aligned.theirs[b].end, aligned.theirs[d].start
    between = aligned.source.text[start:end]
    comma = between.rfind(", ")
    if comma < 0 or _JOINED_ON.match(between[comma + 1 :]):
        return None
    verb = _VERB.search(between, comma)
    subject = [atom for atom in aligned.theirs[b + 1 : d] if start + comma < atom.start and atom.told]
    subject = [atom for atom in subject if verb is None or atom.end <= start + verb.start()]
    return subject[0] if subject and verb else None


def _verbal(reading: Reading, end: int, atom: Atom) -> bool:
    """Whether a subject that ends at `end` is followed by its verb, which `atom` is or comes after."""
    return bool(_VERB.search(reading.text[end : atom.end]))


def _beheaded(aligned: Aligned) -> Complaint | None:
    """ "The cruise is shown" where the source says that the cruise track is: a noun put for what it belongs to."""
    for a, b in aligned.pairs:
        word = aligned.theirs[b]
        after = next((w for w in aligned.statement.words if w.start >= aligned.mine[a].end), None)
        if after is None or after.form not in _AUXILIARY or word.kind not in ("word", "name", "fact"):
            continue
        taken = {place for _, place in aligned.pairs}
        if b + 1 < len(aligned.theirs) and b + 1 not in taken:
            head = aligned.theirs[b + 1]
            joined = aligned.source.text[word.end : head.start] in (" ", "-")
            if joined and head.kind == "word" and not head.text.endswith(("ly", "ed", "ing")) and word.kind != "fact":
                return Complaint(f"the source says this of “{word.text} {head.text}”", hard=False)
    return None


def _not_subject(aligned: Aligned) -> Complaint | None:
    """A statement whose subject only hangs on a small word in the source: "the camera of the UVP5 is new"."""
    verb = next((word for word in aligned.statement.words if word.form in _AUXILIARY), None)
    subject = [index for index, atom in enumerate(aligned.mine) if verb is not None and atom.end <= verb.start]
    if not subject or _by(aligned.statement) != _by(aligned.source):
        return None
    twins = dict(aligned.pairs)
    spoken = [aligned.mine[index] for index in subject if aligned.mine[index].kind != "small"]
    if spoken and not any(index in twins or aligned.mine[index].key in aligned.loose for index in subject):
        return Complaint(f"the source does not say this of “{spoken[0].text}”", hard=False)
    place = twins.get(0)
    if place is None or place == 0 or aligned.mine[0].kind == "small":
        return None
    mine, theirs = _hooks(aligned, 0, place)
    head = aligned.theirs[place - 1]
    if mine or not set(theirs) & _HOOKS or head.key in _COUNTING or head.kind in ("light", "small", "fact"):
        return None
    # "Of the float, the camera": only what hangs on another thing of the same clause is not the subject.
    if any(mark in aligned.source.text[head.end : aligned.theirs[place].start] for mark in ",;:.("):
        return None
    return Complaint(f"the source says this of the {head.text}", hard=False)


def _nothing_told(aligned: Aligned) -> Complaint | None:
    """A statement of whose predicate the source has nothing, not even a common word: "is shown in the figures"."""
    verb = next((word for word in aligned.statement.words if word.form in _AUXILIARY), None)
    told = [index for index, atom in enumerate(aligned.mine) if verb is not None and atom.start >= verb.end]
    twins = dict(aligned.pairs)
    if len(told) < 2 or any(index in twins or aligned.mine[index].key in aligned.loose for index in told):
        return None
    return Complaint(f"the source does not say “{aligned.mine[told[0]].text}” of this", hard=False)


def _turned_round(aligned: Aligned) -> Complaint | None:
    """ "The Shimadzu in the ECD" where the source has the ECD in the Shimadzu."""
    ties = {}
    for one, other in pairwise(aligned.theirs):
        ties[one.key, other.key] = {word.form for word in glue_between(aligned.source, one.end, other.start)} - _JOINING
    for one, other in pairwise(aligned.mine):
        mine = {word.form for word in glue_between(aligned.statement, one.end, other.start)} - _JOINING
        if (one.key, other.key) not in ties and mine & ties.get((other.key, one.key), set()):
            return Complaint(f"the source says “{other.text} ... {one.text}”", hard=False)
    return None


_HOOKS = frozenset(["for"])
#: "A number of issues" are issues.
_COUNTING = frozenset("number lot seri couple pair rang group variety kind type set sum".split())
