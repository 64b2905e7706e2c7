"""The small words of other languages, each under the English word that the verifier knows.

"Nicht" is read as "not", "sans" as "without", "todos" as "all": denials, quantifiers, comparatives and directions are
then judged as in English. All other words stay as they are; a translation is never taken for what it translates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

#: language: (words that tell it, "english: word word, ..."). The first are what a sentence of it can hardly do without.
_TOLD_BY: dict[str, str] = {
    "en": """
        the a an of and is are was were in to with by from that this it for on at as be has have not no all
    """,
    "de": """
        der die das den dem des ein eine einen einem einer und ist sind war waren wurde wurden nicht kein keine
        keinen mit von im in auf für zu bei aus am es sich auch alle nur nach vor über unter hat haben nie ohne
    """,
    "fr": """
        le la les un une des du de et est sont était étaient été dans pour par sur avec en au aux ne pas que qui ce
        cette aucun aucune tous toutes sans a ont plus jamais
    """,
    "es": """
        el la los las un una de del y es son fue fueron en para por con que se no al todos todas ningún ninguna sin
        más menos nunca era eran ha han su
    """,
    "pt": """
        o a os as um uma de do da dos das e é são foi foram em no na para por com que se não ao todos todas nenhum
        nenhuma sem mais menos nunca era eram
    """,
    "it": """
        il lo la i gli le un uno una di del della dei delle e è sono era erano fu stato stata stati state in nel
        nella per con che si non tutti tutte nessun nessuna senza più meno mai ha hanno
    """,
    "nl": """
        de het een van en is zijn was waren werd werden in op met voor te niet geen dat die aan bij alle zonder
        nooit meer minder heeft hebben ook er
    """,
    "no": """
        en et den det de og er var ble blei i på med for til av som ikke ikkje ingen alle uten aldri mer mindre har
        hadde ved fra om
    """,
    "da": """
        en et den det de og er var blev i på med for til af som ikke ingen alle uden aldrig mere mindre har havde
        ved fra om
    """,
    "sv": """
        en ett den det de och är var blev i på med för till av som inte ingen inga alla utan aldrig mer mindre har
        hade vid från om
    """,
}  # fmt: skip

_MEANING: dict[str, str] = {
    "de": """
        not: nicht; no: kein keine keinen keinem keiner keines keinerlei; never: nie niemals; nothing: nichts;
        nobody: niemand niemanden; neither: weder; nor: noch; without: ohne; hardly: kaum; rarely: selten; all: alle
        allen aller alles sämtliche sämtlichen; each: jede jeder jedes jeden jedem jeweils; some: einige einigen
        manche; several: mehrere mehreren; most: meiste meisten; many: viele vielen; few: wenige wenigen; only: nur
        lediglich ausschließlich; both: beide beiden; always: immer stets; more: mehr; less: weniger; least:
        mindestens wenigstens; before: vor bevor vorher; after: nach nachdem danach; above: über oberhalb; below:
        unter unterhalb; will: würde; should: soll sollte sollen sollten; could: könnte könnten; may: möglicherweise
        vielleicht; almost: fast beinahe; larger: größer größere größeren; smaller: kleiner kleinere kleineren;
        higher: höher höhere; lower: niedriger niedrigere; warmer: wärmer wärmere; colder: kälter kältere; deeper:
        tiefer; shallower: flacher; north: norden nördlich nord; south: süden südlich süd; east: osten östlich;
        west: westen westlich; first: erste ersten erster erstes; last: letzte letzten letzter; increase: zunahme
        anstieg; decrease: abnahme rückgang; the: der die das den dem des; a: ein eine einen einem einer eines; and:
        und; or: oder; but: aber; is: ist sind; was: war waren wurde wurden; with: mit; from: von aus; in: im in;
        at: bei am an; on: auf; to: zu zur zum
    """,
    "fr": """
        not: pas; no: aucun aucune nul nulle; never: jamais; nothing: rien; neither: ni; without: sans; hardly:
        guère; rarely: rarement; all: tous toutes tout toute; each: chaque; some: certains certaines quelques;
        several: plusieurs; most: plupart; many: beaucoup; few: peu; only: seulement uniquement seul seule; always:
        toujours; more: plus davantage; less: moins; before: avant; after: après; above: dessus; below: dessous;
        almost: presque; may: peut-être; could: pourrait pourraient; should: devrait devraient; north: nord; south:
        sud; west: ouest; larger: grand grande; smaller: petit petite; higher: élevé élevée; lower: bas basse;
        warmer: chaud chaude; colder: froid froide; first: premier première; last: dernier dernière; increase:
        augmentation; decrease: diminution; the: le la les; a: un une; of: de du des; and: et; or: ou; but: mais;
        is: est sont; was: était étaient été; with: avec; from: depuis; in: dans en; on: sur; to: à au aux; by: par;
        for: pour
    """,
    "es": """
        not: no; no: ningún ninguno ninguna ningunos ningunas; never: nunca jamás; nothing: nada; nobody: nadie;
        nor: ni; without: sin; hardly: apenas; all: todos todas todo toda; each: cada; some: algunos algunas;
        several: varios varias; most: mayoría; many: muchos muchas; few: pocos pocas; only: sólo solo solamente
        únicamente; both: ambos ambas; always: siempre; more: más; less: menos; before: antes; after: después tras;
        above: encima sobre; below: debajo bajo; almost: casi; may: quizás; could: podría podrían; should: debería;
        north: norte; south: sur; east: este; west: oeste; first: primer primera primero; last: último última;
        larger: mayor; smaller: menor; increase: aumento; decrease: disminución; the: el la los las; a: un una; of:
        de del; and: y; or: o; but: pero; is: es son; was: fue fueron era eran; with: con; from: desde; in: en; to:
        a al; by: por; for: para
    """,
    "pt": """
        not: não; no: nenhum nenhuma nenhuns nenhumas; never: nunca jamais; nothing: nada; nobody: ninguém; nor:
        nem; without: sem; all: todos todas todo toda; each: cada; some: alguns algumas; several: vários várias;
        most: maioria; many: muitos muitas; few: poucos poucas; only: só somente apenas; both: ambos ambas; always:
        sempre; more: mais; less: menos; before: antes; after: depois após; above: acima; below: abaixo; almost:
        quase; may: talvez; could: poderia; should: deveria; north: norte; south: sul; east: leste; west: oeste;
        first: primeiro primeira; last: último última; larger: maior; smaller: menor; increase: aumento; decrease:
        diminuição; the: o os; a: um uma; of: de do da dos das; and: e; or: ou; but: mas; is: é são; was: foi foram
        era eram; with: com; in: em; by: por; for: para
    """,
    "it": """
        not: non; no: nessun nessuno nessuna; never: mai; nothing: niente nulla; nor: né; without: senza; all: tutti
        tutte tutto tutta; each: ogni ciascun ciascuno; some: alcuni alcune; several: diversi diverse; most:
        maggioranza; many: molti molte; few: pochi poche; only: solo soltanto solamente; both: entrambi entrambe;
        always: sempre; more: più; less: meno; before: prima; after: dopo; above: sopra; below: sotto; almost:
        quasi; may: forse; could: potrebbe; should: dovrebbe; north: nord; south: sud; west: ovest; first: primo;
        last: ultimo ultima; larger: maggiore; smaller: minore; increase: aumento; decrease: diminuzione; the: il lo
        la i gli le; a: un uno una; of: di del della dei delle; and: e; or: o; but: ma; is: è sono; was: era erano
        fu; with: con; in: nel nella; by: da; for: per
    """,
    "nl": """
        not: niet; no: geen; never: nooit; nothing: niets; nobody: niemand; nor: noch; without: zonder; hardly:
        nauwelijks; rarely: zelden; all: alle allemaal; each: elk elke ieder iedere; some: sommige enkele; several:
        meerdere verschillende; most: meeste; many: veel vele; few: weinig; only: slechts alleen enkel; both: beide;
        always: altijd; more: meer; less: minder; before: voordat vóór; after: na nadat; above: boven; below: onder;
        almost: bijna; may: misschien; could: zou kunnen; should: moet; north: noorden noordelijk; south: zuiden
        zuidelijk; east: oosten oostelijk; west: westen westelijk; larger: groter; smaller: kleiner; higher: hoger;
        lower: lager; warmer: warmer; colder: kouder; first: eerste; last: laatste; increase: toename; decrease:
        afname; the: de het; a: een; of: van; and: en; or: of; but: maar; is: is zijn; was: was waren werd werden;
        with: met; on: op; to: te; at: bij
    """,
    "no": """
        not: ikke ikkje ei; no: ingen inga ingen; never: aldri; nothing: ingenting intet; neither: verken hverken;
        without: uten utan; hardly: knapt neppe; rarely: sjelden; all: alle alt samtlige; each: hver hvert kvar;
        some: noen nokre; several: flere fleire; most: fleste mest; many: mange; few: få; only: bare kun berre;
        both: begge; always: alltid; more: mer meir; less: mindre; fewer: færre; before: før; after: etter; above:
        over ovenfor; below: under nedenfor; almost: nesten; may: kanskje; could: kunne; should: burde skulle;
        north: nord nordover; south: sør syd sørover; east: øst; west: vest; larger: større; higher: høyere; lower:
        lavere; warmer: varmere; colder: kaldere; first: første; last: siste; increase: økning; decrease: nedgang;
        the: den det de; a: en et; of: av; and: og; or: eller; but: men; is: er; was: var ble; with: med; from: fra;
        in: i; on: på; to: til
    """,
    "da": """
        not: ikke; no: ingen intet; never: aldrig; nothing: ingenting; neither: hverken; without: uden; all: alle
        samtlige; each: hver hvert; some: nogle; several: flere; most: fleste mest; many: mange; few: få; only: kun
        bare; both: begge; always: altid; more: mere; less: mindre; before: før; after: efter; above: over; below:
        under; almost: næsten; first: første; last: sidste; the: den det de; a: en et; of: af; and: og; or: eller;
        but: men; is: er; was: var blev; with: med; from: fra; in: i; on: på; to: til; north: nord; south: syd;
        east: øst; west: vest
    """,
    "sv": """
        not: inte ej icke; no: ingen inget inga; never: aldrig; nothing: ingenting; neither: varken; without: utan;
        all: alla samtliga; each: varje; some: några vissa; several: flera; most: flesta mest; many: många; few: få;
        only: bara endast; both: båda; always: alltid; more: mer; less: mindre; before: före innan; after: efter;
        above: över ovanför; below: under nedanför; almost: nästan; first: första; last: sista; the: den det de; a:
        en ett; of: av; and: och; or: eller; but: men; is: är; was: var blev; with: med; from: från; in: i; on: på;
        to: till; north: norr; south: söder; east: öster; west: väster
    """,
}  # fmt: skip


def _table(text: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for entry in " ".join(text.split()).split(";"):
        english, _, words = entry.partition(":")
        table.update(dict.fromkeys(words.split(), english.strip()))
    return table


_TELLING = {language: frozenset(words.split()) for language, words in _TOLD_BY.items()}
_TABLES = {language: _table(text) for language, text in _MEANING.items()}
#: So many small words of a language must stand in a text before it is read as that language.
_LEAST_TOLD = 2


def language_of(forms: Iterable[str]) -> str:
    """The language that the folded words of a text are in, as far as its small words tell: "de", "fr", ...

    English where nothing speaks against it, so that a "no" or a "die" in an English text stays what it is.

    >>> language_of("es wurde kein plastik gefunden".split()), language_of("no plastic was found".split())
    ('de', 'en')
    """
    counted = Counter(forms)
    told = {language: sum(counted[word] for word in words) for language, words in _TELLING.items()}
    best = max(told, key=lambda language: (told[language], language == "en"))
    return best if told[best] >= _LEAST_TOLD and told[best] > told["en"] else "en"


def small_words(forms: Iterable[str]) -> dict[str, str]:
    """The English words for the small words of the language that `forms` are in; empty for English."""
    return _TABLES.get(language_of(forms), {})
