"""Talk that is no question about documents: greetings, thanks, farewells, and questions about the assistant itself.

A message is talk only when every part of it is: "Hello! Who was the captain?" is a question, with a greeting before it.
"""

from __future__ import annotations

import re

GREETING = (
    "Ask a question about the documents in your library: the answer quotes them, with the page. You can also ask to"
    " read a page, list the documents, convert units, estimate a model's memory, or check a NetCDF file."
)
NO_TRANSLATION = (
    "The embedded model quotes the documents in their own language and does not translate. For answers in another"
    " language choose a model that writes."
)

_LONGEST = 160
_TO = r"(?:there|all|everyone|everybody|again|leadline|assistant|bot|friend|team|you|sir|madam|zusammen|tous|todos)"
_GREETS = (
    r"h(?:i|ey+|ello+|iya|owdy)|yo|good (?:morning|afternoon|evening|day)|morning|evening|greetings|welcome(?: back)?"
    r"|gr(?:ü|ue)(?:ß|ss)(?: (?:dich|gott|euch))?|hallo+|moin(?: moin)?|servus|guten (?:morgen|tag"
    r"|abend)|bonjour|bonsoir"
    r"|salut|coucou|hola|buen(?:os|as) (?:d[ií]as|tardes|noches)|ciao|salve|buon ?giorno|buona ?sera|ol[áa]"
    r"|bo[am] (?:dia|tarde|noite)|goede(?:morgen|middag|navond| morgen| middag| avond)|hoi|hej(?:san)?"
    r"|hei|god (?:morgen"
    r"|morgon|dag|kveld|aften)|cze[śs][ćc]|dzie[ńn] dobry|привет|здравствуйте|добрый (?:день|вечер)|доброе утро"
    r"|merhaba|selam|g[üu]nayd[ıi]n|مرحبا|السلام عليكم|नमस्ते|namaste|你好|您好|早上好|こんにちは|おはよう(?:ございます)?"
    r"|こんばんは|안녕하세요|안녕"
)
_THANKS = (
    r"(?:(?:many |ok |okay |great |perfect )?thank(?:s| you)|thx|ty|cheers|much appreciated"
    r"|i appreciate (?:it|that|this))"
    r"(?: (?:so|very) much| a (?:lot|bunch|million)| again)*(?: for (?:that|this|everything|(?:the"
    r"|your) (?:help|answer"
    r"|answers|time|support)|helping(?: me)?))?|(?:vielen |besten |herzlichen )?dank(?:e|e sch[öo]n|esch[öo]n)?"
    r"(?: (?:sch[öo]n|dir|ihnen|sehr|vielmals))*|merci(?: beaucoup| bien)?|(?:muchas )?gracias"
    r"|(?:mille |molte )?grazie"
    r"(?: mille)?|(?:muito )?obrigad[oa]|(?:hartelijk )?(?:dank (?:je|u)(?: wel)?|bedankt)"
    r"|tack(?: s[åa] mycket)?|tusen tak"
    r"k|(?:mange )?takk?|kiitos|dzi[ęe]kuj[ęe]|(?:большое )?спасибо|te[şs]ekk[üu]r(?:ler| ederim)|شكرا|धन्यवाद"
    r"|谢谢(?:你|您)?|多谢|ありがとう(?:ございます)?|감사합니다"
)
_FAREWELLS = (
    r"(?:good ?)?bye(?:[ -]?bye)?|farewell|see (?:you|ya)(?: (?:later|soon|tomorrow|around))?|good night|take care"
    r"|have a (?:nice|good|great) (?:day|evening|night|weekend|one)|until (?:next time|tomorrow)"
    r"|so long|talk to you later"
    r"|tsch[üu](?:ss|ß)|auf wiedersehen|bis (?:bald|sp[äa]ter|morgen|dann)|gute nacht|au revoir|[àa] bient[ôo]t"
    r"|bonne (?:nuit|journ[ée]e|soir[ée]e)|adi[óo]s|hasta (?:luego|pronto|ma[ñn]ana|la vista)|arrivederci|a presto"
    r"|buona ?notte|tchau|at[ée] (?:logo|breve|amanh[ãa])|tot ziens|doei|hej d[åa]|ha det(?: bra)?|до свидания|пока"
    r"|do widzenia|ho[şs][çc]a kal|再见|拜拜|さようなら|じゃあね|안녕히 계세요"
)
_ABOUT_US = (
    r"(?:and |but |so )?(?:who|what)(?: exactly)? are you(?: exactly)?|who am i talking to|what(?:'s| is) your name"
    r"|(?:do you|have you got) (?:have )?a name|introduce yourself"
    r"|tell me (?:something )?about yourself|who (?:made|built|"
    r"created|wrote|develop(?:s|ed)) you|(?:what|which) (?:language )?model are you"
    r"|are you (?:an? )?(?:ai|bot|robot|human"
    r"|person|real|machine|chatgpt|there|ok|okay|awake|online|ready|working)(?: person)?"
    r"|what (?:can|could|do) you (?:actually )?(?:do|help(?: me)?(?: with)?|offer|answer|know)(?: for me| here)?"
    r"|(?:how|what) can (?:you|i) (?:help|do|assist|ask)(?: (?:me|you|here|with))*|what (?:can|may"
    r"|should) i ask(?: you)?"
    r"|(?:can|could|will|would) you (?:please )?(?:help|assist)(?: me)?|what are your (?:capabilities"
    r"|abilities|features)"
    r"|how do(?:es)? (?:you|this|it) work|how do i (?:use|start|begin)(?: (?:you|this|it|leadline))?|help(?: me)?"
    r"|i need (?:some )?help|how are you(?: doing)?(?: today)?|how(?:'s| is) it going|how do you do|what(?:'s| is) up"
    r"|nice to meet you|wer (?:bist du|sind sie)|was (?:kannst du|k[öo]nnen sie)(?: (?:alles|tun|f[üu]r mich tun))?"
    r"|wie (?:geht(?:'s| es)(?: dir| ihnen)?|hei(?:ß|ss)t du)|hilfe|(?:qui|que) (?:es[- ]tu"
    r"|[êe]tes[- ]vous|peux[- ]tu"
    r" faire|pouvez[- ]vous faire)|(?:comment )?[çc]a va|aide|qui[ée]n eres|qu[ée] puedes hacer"
    r"|c[óo]mo est[áa]s|ayuda"
    r"|chi sei|cosa (?:puoi|sai) fare|come stai|aiuto|quem [ée]s?(?: voc[êe])?|wie ben je|wat kun je"
    r"|кто ты|что ты умеешь|как дела|你是谁|你能做什么|你叫什么名字|あなたは誰(?:ですか)?"
)
_GOOD = (
    r"(?:great|good|excellent|amazing|awesome|brilliant|fantastic|wonderful|perfect|nice|helpful|useful|super|lovely"
    r"|terrific|impressive|smart|clever|kind|the best|correct|right|fine|cool|wrong|bad|terrible|useless|stupid)"
)
_REMARKS = (
    rf"(?:that|this|it|you)(?:'s|'re| is| was| are| were| has been| have been)(?: (?:a|an|all|very|so"
    rf"|really|quite|most"
    rf"|absolutely|truly|just|doing|extremely))* {_GOOD}(?: (?:job|work|help|answer|assistant|enough|indeed))?"
    rf"|(?:(?:very|so|really|how|what a) )*{_GOOD}(?: (?:job|work|answer|one|stuff|to know))?|well done"
    rf"|bravo|wow|i (?:see|"
    r"understand|like (?:it|that|this|you))|got it|understood|makes sense|okay|ok|k|alright|all right"
    r"|sure|yes|yeah|yep"
    r"|no|nope|no thanks?|please|(?:that(?:'s| is| will be| was)|this is) (?:all|it|everything"
    r"|enough)(?: for (?:now|today)"
    r")?|(?:i am|i'm|we are|we're) (?:done|finished|good)(?: (?:here|for now|for today))?|never ?mind"
    r"|forget (?:it|that"
    r"|about it)|(?:please )?(?:stop|cancel|wait)|(?:no|nothing|that is nothing)(?: else)?(?: for now)?"
    r"|no (?:problem|worries|more questions)"
    r"|you(?:'re| are) welcome|sorry|my (?:mistake|bad)|i(?:'m| am) sorry|ha(?:ha)+|lol|test(?:ing)?"
    r"|just testing|bitte"
    r"(?: sch[öo]n)?|ja|nein|oui|non|s[íi]|super|prima|toll|genau|passt|(?:sehr )?gut|tr[èe]s bien"
    r"|d'accord|muy bien|vale"
    r"|va bene|perfetto|perfekt|das (?:ist|war) alles|c'est tout|eso es todo|schon gut|vergiss es|хорошо|好的|はい"
)
_TONGUE = (
    r"(?:english|german|french|spanish|italian|portuguese|dutch|danish|norwegian|swedish|finnish|polish|czech|russian"
    r"|ukrainian|turkish|greek|arabic|hebrew|hindi|chinese|mandarin|japanese|korean|deutsch|englisch|franz[öo]sisch"
    r"|spanisch|italienisch|fran[çc]ais|anglais|allemand|espa[ñn]ol|ingl[ée]s|alem[áa]n|italiano|inglese|tedesco"
    r"|portugu[êe]s|nederlands|my (?:own )?language|another language)"
)
_LANGUAGE = (
    rf"(?:(?:please|can you|could you|would you|will you|you (?:should|must)|do you|from now on"
    rf"|i (?:want|would like) you to"
    rf"|always|only|now|just|and) )*(?:answer|reply|respond|write|speak|talk|continue|switch|translate"
    rf"|say)(?: (?:me|to me|"
    rf"it|this|that|everything|only|always|back|questions|your answers?|all answers))*(?: (?:in|to|into))? {_TONGUE}"
    rf"(?: (?:from now on|only|please|now|instead|always|to me))*|in {_TONGUE}(?: please)?"
    rf"|(?:bitte )?(?:antworte|antworten sie|sprich|schreib|sprechen sie)(?: (?:mir|bitte|ab jetzt"
    rf"|immer|nur))* (?:auf )?{_TONGUE}"
    rf"(?: bitte)?|auf {_TONGUE}(?: bitte)?|(?:r[ée]ponds|r[ée]pondez|parle|parlez)(?: (?:moi"
    rf"|s'il (?:te|vous) pla[îi]t))? "
    rf"(?:en )?{_TONGUE}|en {_TONGUE}(?: (?:s'il (?:te|vous) pla[îi]t|por favor))?"
    rf"|(?:por favor )?(?:responde|habla|contesta)"
    rf"(?:me)? (?:en )?{_TONGUE}|(?:per favore )?(?:rispondi|parla) (?:in )?{_TONGUE}"
)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_LANGUAGE_ASKED = _whole(_LANGUAGE)
_OPENING = rf"(?:{_GREETS})(?: {_TO})*"
_TALK = _whole(
    rf"{_OPENING}|(?:{_THANKS}|{_FAREWELLS}|{_REMARKS})(?: {_TO})*|(?:{_OPENING} |(?:{_REMARKS}) |and |but |so )*"
    rf"(?:{_ABOUT_US}|{_THANKS}|{_FAREWELLS}|{_REMARKS})(?: (?:please|{_TO}))*|(?:leadline|{_TO})|(?:and|but) "
)
#: At the start of a message only, and as a word: "Phi-4" and "hi-res" greet nobody.
_GREETED = re.compile(
    rf"\A\s*(?:{_OPENING}|(?:{_THANKS})(?: {_TO})*)\s*(?:[,!.;:]+|[–—-]+(?=\s))\s*(?=\S)", re.IGNORECASE
)
#: Signs between the parts of a message; emoji and the like count as such.
_PARTS = re.compile(r"[.,!?;:…¡¿。！？、，()\n–—\"“”*~]+|\s-+\s|[^\w\s'’,.!?-]+", re.UNICODE)


def reply_to_talk(message: str) -> str:
    """What to say to a message that asks nothing of the documents; '' where it does ask.

    >>> reply_to_talk("Hello there!") == GREETING, reply_to_talk("Hello, who was the captain of HF31?")
    (True, '')
    """
    if len(message) > _LONGEST:
        return ""
    parts = [" ".join(part.replace("’", "'").split()) for part in _PARTS.split(message)]
    parts = [part for part in parts if part]
    if not parts:
        return ""
    tongue = [part for part in parts if _LANGUAGE_ASKED.fullmatch(part)]
    if all(_TALK.fullmatch(part) or part in tongue for part in parts):
        return NO_TRANSLATION if tongue else GREETING
    return ""


def without_greeting(message: str) -> str:
    """A question without the greeting or the thanks before it.

    >>> without_greeting("Hi! Who was the captain?"), without_greeting("Good morning")
    ('Who was the captain?', 'Good morning')
    """
    return _GREETED.sub("", message, count=1)
