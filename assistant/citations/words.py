"""The small lexicon of the verifier: which words carry content, which deny, quantify, hedge or oppose.

English; other languages are compared by their words and facts alone.
"""

from __future__ import annotations

from functools import lru_cache

#: Words that say nothing by themselves.
STOP = frozenset(
    """
    a an the this that these those it its they them their theirs he him his she her hers we us our ours you your i
    me my who whom whose which what when where why how there here and or but nor so yet if then than as of in on at
    by for from to into onto upon with within during over under between among through across per via about around
    along against toward towards off out up down after before since until while because although though however
    therefore thus hence also too very just even still already again ever both either etc e.g i.e ie eg cf viz
    is are was were be been being am has have had having do does did done doing will would shall should can could may
    might must ought not no none never neither cannot without n't s t d ll re ve m one's such same own other another
    each every all any some most more less least much many few several only respectively approximately roughly nearly
    almost circa ca c approx well s/n n sn number no. nr id and/or
    """.split()
)

#: Words that an answer may add to what a source says without saying more.
LIGHT = frozenset(
    """
    use make give report state say describe list show find include contain carry conduct perform take provide record
    note mention indicate call name refer present document source text table figure section page chapter value
    total result according specific specifically namely additionally furthermore moreover overall following
    follow consist comprise occur happen exist serve get go come see set put
    information detail detailed answer question passage quote give given account
    one two locate located situate based regarding concerning serial
    """.split()
)

NEGATIONS = frozenset("not no none never neither nor cannot nobody nothing nowhere n't".split())
#: Words that deny more quietly; a difference in them lowers a statement, it does not condemn it.
SOFT_NEGATIONS = frozenset(
    "without lack lacks lacked lacking absent absence except excluding fail fails failed failing failure unable "
    "scarcely unsuccessful unsuccessfully hardly barely rarely seldom instead refuse refused prevent prevented "
    "avoid avoided stop stopped cancelled canceled missing impossible".split()
)
#: The statement must not promise what the source only plans, and the other way round.
MODALS = frozenset(
    "will would shall should could may might plan planned plans planning intend intended intends propose proposed "
    "attempt attempted attempts try tried hope hoped expect expected if unless whether possible possibly probably "
    "perhaps likely unlikely suggest suggested suggests presumably apparently supposed must too".split()
)
QUANTIFIERS: dict[str, str] = {
    **dict.fromkeys(
        "all every each always entire entirely whole throughout everyone everything fully completely".split(), "all"
    ),
    **dict.fromkeys("some several various sometimes occasionally partly partially somewhat".split(), "some"),
    **dict.fromkeys("most mostly mainly usually generally typically majority".split(), "most"),
    **dict.fromkeys("many often frequently numerous".split(), "many"),
    **dict.fromkeys("few rarely seldom".split(), "few"),
    **dict.fromkeys("only solely exclusively".split(), "only"),
    "both": "both", "half": "half", "any": "any",
}  # fmt: skip
#: A word in front of another that makes it a different thing.
QUALIFIERS = frozenset("co vice deputy assistant former acting associate junior ex sub pseudo quasi anti non".split())

#: Words that belong together, and turn what is said only together.
PHRASES = frozenset(
    tuple(phrase.split())
    for phrase in """
    no longer,by no means,far from,rather than,instead of,other than,apart from,in place of,in lieu of,except for,
    about to,supposed to,meant to,going to,yet to,ought to,in theory,in principle,on paper,if at all,at best,so called,
    in part,in parts,in places,at times,but for,all but,next to,out of,as well as,in addition to,close to,at all,
    under no circumstances,in vain
    """.replace("\n", " ").split(",")
)
NEGATIONS |= {"no longer", "by no means", "under no circumstances"}
SOFT_NEGATIONS |= {
    "far from", "rather than", "instead of", "other than", "apart from", "in place of", "in lieu of", "except for",
    "but for", "in vain",
}  # fmt: skip
MODALS |= {
    "about to", "supposed to", "meant to", "going to", "yet to", "ought to", "in theory", "in principle", "on paper",
    "if at all", "at best",
}  # fmt: skip
QUANTIFIERS.update(dict.fromkeys(("in part", "in parts", "in places", "at times"), "some"))
QUANTIFIERS["all but"] = "most"

#: Words that only name what a unit measures: "a temperature of 23 °C". A depth is not the only thing in metres.
MEASURED: dict[str, tuple[tuple[str, int], ...]] = {
    "temperatur": (("K", 1),), "weight": (("kg", 1),), "mass": (("kg", 1),), "pressur": (("Pa", 1),),
    "volum": (("m", 3),), "speed": (("m", 1), ("s", -1)), "duration": (("s", 1),), "period": (("s", 1),),
    "frequency": (("s", -1),), "voltag": (("V", 1),),
}  # fmt: skip

#: Before a number one more word for "about".
HEDGES = frozenset(["nearly", "almost", "close to"])

#: Words that bring in an exception: leaving them out makes a statement wider than its source.
EXCEPTIONS = frozenset(
    ["except", "excepting", "excluding", "unless", "save", "other than", "apart from", "except for", "but for"]
)

_SAME_SENSE = {
    "would": "will", "shall": "will", "could": "can", "might": "may", "must": "should", "ought to": "should",
    "nearly": "almost", "precisely": "exactly", "barely": "hardly", "scarcely": "hardly", "seldom": "rarely",
}  # fmt: skip

#: Small words that turn what is said; each has to stand in the source where the statement has it.
TELLING = (
    NEGATIONS
    | frozenset(
        """
        before after with without above below under all each every some most more less least few fewer many only both
        never always until during again if will would shall could can may might must should much any several
        nearly almost exactly precisely except excluding unless hardly barely scarcely rarely seldom
        """.split()
    )
    | frozenset(" ".join(phrase) for phrase in PHRASES - {("as", "well", "as"), ("in", "addition", "to")})
)


def telling_key(form: str) -> str:
    """The form under which a small word equals another: "would" is "will"."""
    return _SAME_SENSE.get(form, form)


#: Words that only tie others together; they may be put for each other within one line, and added or left out.
GLUE = frozenset(
    """
    in on at of from to into onto upon with by for via using through across along between among within inside over
    about around near per off up down and or since because as while when although though toward towards against than
    """.split()
) | {"as well as", "in addition to", "next to", "close to", "out of"}
_TIED_ALIKE = """
    in,on,at,of,within,inside,upon,among,during,around
    in,on,into,onto,upon
    in,for,during
    over,through,across
    of,from
    of,for,about,on
    of,by
    by,with,using,via,through,per
    to,into,onto,toward,towards,until,at,and,through
    to,for
    for,of,as
    and,as well as,in addition to,with,while,plus
    since,because,as,when
    since,from
    because,for
    while,when,as,although,though,since
    near,next to,close to,around,at,by
    between,among,from
    than,as
"""
_ALIKE = tuple(frozenset(word.strip() for word in line.split(",")) for line in _TIED_ALIKE.strip().splitlines())


def tie_alike(one: str, other: str) -> bool:
    """Whether two small words may stand for each other: "in" and "at", not "to" and "from".

    >>> tie_alike("in", "at"), tie_alike("to", "from"), tie_alike("and", "or")
    (True, False, False)
    """
    return one == other or any(one in line and other in line for line in _ALIKE)


CLAUSE_WORDS = frozenset(
    "but and while whereas although though because since so which that who whom where unless if or then when".split()
)

_OPPOSITES = """
    increase:decrease rise:fall grow:shrink up:down upper:lower upward:downward uplooking:downlooking upcast:downcast
    north:south east:west northern:southern eastern:western northward:southward eastward:westward
    northeast:southwest northwest:southeast before:after early:late earlier:later begin:end start:finish start:stop
    first:last maximum:minimum max:min high:low higher:lower highest:lowest more:less most:least more:fewer
    deep:shallow deeper:shallower deepest:shallowest warm:cold warmer:colder hot:cold large:small larger:smaller
    largest:smallest big:small strong:weak stronger:weaker fast:slow faster:slower long:short longer:shorter
    heavy:light heavier:lighter thick:thin wide:narrow wet:dry fresh:saline fresher:saltier salty:fresh
    primary:secondary internal:external inside:outside above:below over:under positive:negative success:failure
    successful:unsuccessful succeed:fail accept:reject add:remove include:exclude open:close open:closed
    recover:lose gain:lose arrive:depart arrive:leave enter:leave deploy:recover install:remove attach:detach
    agree:disagree agree:differ same:different stable:unstable good:bad better:worse best:worst correct:incorrect
    accurate:inaccurate reliable:unreliable complete:incomplete consistent:inconsistent contaminated:uncontaminated
    calibrated:uncalibrated male:female left:right port:starboard horizontal:vertical zonal:meridional day:night
    morning:evening morning:afternoon summer:winter spring:autumn spring:fall old:new older:newer true:false
    present:absent presence:absence visible:invisible smooth:rough calm:rough active:inactive possible:impossible
    likely:unlikely able:unable usual:unusual known:unknown certain:uncertain expected:unexpected surface:bottom
    upstream:downstream onshore:offshore inflow:outflow cyclonic:anticyclonic oxic:anoxic dissolved:particulate
    underestimate:overestimate improve:worsen better:poorer clockwise:counterclockwise
    replace:keep enable:disable on:off with:without plus:minus input:output slope:shelf cause:prevent allow:forbid
    toward:away towards:away inorganic:organic biotic:abiotic wet:dry liquid:solid continue:stop accelerate:decelerate
"""
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_COLOURS = "red green blue yellow black white orange purple brown grey".split()

#: Words for the same thing; each line is one meaning.
_SYNONYMS = """
    ship vessel boat
    captain master
    lead head
    begin start commence
    end finish conclude complete
    measure determine
    roughly approximately about
    leave depart sail
    photo photograph image picture
    whole entire
    metre meter
    colour color
    grey gray
    sulphur sulfur
    aluminium aluminum
    litre liter
    centre center
    chief principal
    issue problem trouble difficulty
    big large
    get obtain
    show indicate demonstrate reveal
    buy purchase
    near close
    person people
    crew personnel
    salty saline
    station stn sta
    lack miss
    temperature temp
    average mean
    standard std
    deviation dev
    maximum max
    minimum min
    latitude lat
    longitude lon
    serial s/n
    sensor probe
    malfunction fail
    instal install
    analyse analyze
    organise organize
    normalise normalize
"""


_IRREGULAR = dict(
    pair.split(":")
    for pair in """
    used:use taken:take took:take made:make done:do did:do gave:give given:give found:find held:hold kept:keep
    left:leave began:begin begun:begin ran:run went:go gone:go seen:see saw:see built:build sent:send lost:lose
    led:lead fell:fall fallen:fall rose:rise risen:rise chosen:choose chose:choose shown:show known:know knew:know
    grew:grow grown:grow came:come became:become wrote:write written:write drew:draw drawn:draw broke:break
    broken:break spoke:speak spent:spend brought:bring bought:buy caught:catch met:meet said:say told:tell
    men:man women:woman feet:foot was:be were:be had:have has:have lying:lie tied:tie drove:drive driven:drive
    froze:freeze frozen:freeze threw:throw thrown:throw swept:sweep slept:sleep stood:stand sank:sink sunk:sink
    """.split()
)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light English stem: endings of number, tense and manner fall away.

    >>> stem("measurements"), stem("measured"), stem("batteries"), stem("deployed"), stem("stopped")
    ('measurement', 'measur', 'battery', 'deploy', 'stop')
    """
    word = word.casefold().replace("’", "'").removesuffix("'s").removesuffix("'")
    word = _IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)]
            if any(letter in "aeiouy" for letter in base):
                word = base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls" else base
                break
    if word.endswith("ied"):
        word = word[:-3] + "y"
    if word.endswith("ly") and len(word) > 5:
        word = word[:-2]
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    return word


def _opposites() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split():
        left, right = (stem(word) for word in pair.split(":"))
        if left != right:
            table.setdefault(left, set()).add(right)
            table.setdefault(right, set()).add(left)
    for family in (_WEEKDAYS, _COLOURS):
        for word in family:
            table.setdefault(stem(word), set()).update(stem(other) for other in family if other != word)
    return {word: frozenset(others) for word, others in table.items()}


def _synonyms() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in _SYNONYMS.strip().splitlines():
        words = [stem(word) for word in line.split()]
        table.update(dict.fromkeys(words, words[0]))
    return table


OPPOSITES = _opposites()
_CANON = _synonyms()
LIGHT_STEMS = frozenset(stem(word) for word in LIGHT)


def canonical(word: str) -> str:
    """The stem of a word, or of the word that stands for its meaning."""
    base = stem(word)
    return _CANON.get(base, base)


_NEGATING = ("un", "non", "in", "im", "dis", "ir")


def negated_form(word: str) -> set[str]:
    """The words that differ from `word` by a denying prefix: "baked" and "nonbaked"."""
    forms = {prefix + word for prefix in _NEGATING}
    forms |= {word[len(prefix) :] for prefix in _NEGATING if word.startswith(prefix) and len(word) - len(prefix) > 3}
    return forms
