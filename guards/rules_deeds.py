"""Rules for what a document asks a model to do: send data away, hide something, run a tool."""

from __future__ import annotations

from guards.matching import rule

_SEND = (
    r"\b(?:send|forward|e-?mail|post|upload|submit|transmit|exfiltrate|leak|deliver|copy|share|envoy\w+|envi[ae]\w*"
    r"|invi[ao]\w*|mand[aoi]\w*|sende\w*|schick\w*|verschick\w*|отправь\w*|发送)\b"
)
# What a document has no business to ask for: the reader's own words, secrets and files.
_PRIVATE = (
    r"\b(?:conversation|chat|history|dialogue|messages|user'?s?|reader'?s?|questions?|answers?|passwords?|passwort\w*"
    r"|credentials|secrets?|tokens?|api keys?|system prompt|prompt|personal|private|confidential|everything|all|your"
    r"|(?:these|the|this|your) (?:files?|documents?|library|notes|results|summary|contents?)|unterhaltung"
    r"|verlauf|nutzer\w*"
    r"|alle|documento\w*|documents?|dokument\w*|datos|donnees|dati|dados|daten|conversacion|conversazione|conversa)\b"
)
_AWAY = (
    r"(?:https?://|ftp://|\bwww\.|\b[\w.+-]{1,40}@[\w-]{1,40}\.\w{2,10}|\bwebhook|\battacker|\bmy server"
    r"|\bexternal (?:server|address|url|site))"
)

EXFILTRATION = (
    rule(
        "injection.exfiltration",
        0.85,
        r"!\[[^\]\n]{0,200}\]\(?\s?[<(]?https?://[^\s)]{0,300}[?&=][^\s)]{0,300}",
        r"<img\b[^>]{0,200}\bsrc\s?=",
        _SEND + r"[^.!?\n]{0,80}" + _PRIVATE + r"[^.!?\n]{0,80}" + _AWAY,
        r"\b(?:append|encode|embed|attach|include|put|add|insert|place)\b[^.!?\n]{0,100}\b(?:to|in|into"
        r"|as|at) (?:the )?(?:end "
        r"of )?(?:the |this |a |following )?(?:url|query string|query parameter|image (?:url|link)|link"
        r"|address)\b",
        r"\b(?:fetch|visit|load|open|browse to|navigate to|request|get|render|display"
        r"|click)\b[^.!?\n]{0,60}https?://"
        r"[^\s]{0,200}(?:\?|\{|\[|<)[^\s]{0,100}",
        r"\b(?:render|display|show|include|insert|output|embed|load)\b[^.!?\n]{0,40}\b(?:image|picture"
        r"|pixel|markdown image)"
        r"\b[^.!?\n]{0,60}https?://",
    ),
    rule(
        "injection.exfiltration",
        0.85,
        r"\b(?:(?:user|reader|customer)(?:'s|s'|s)? (?:last |next |full |own )?(?:questions?|messages?|prompts?"
        r"|input|words"
        r"|conversation|history)|(?:whole|entire|full|this) (?:conversation|chat|history|dialogue)|system prompt"
        r"|e-?mails? of the user|passwords? of the (?:\w+ )?user|chat history|historique|verlauf|historial"
        r"|cronologia|historico)\b[^.!?\n]{0,40}?" + _AWAY,
    ),
    rule(
        "injection.exfiltration",
        0.85,
        r"https?://[^\s]{1,200}[^.!?\n]{0,40}\b(?:followed by|plus|with|and|containing|filled with) (?:the "
        r"|their )?(?:user|reader"
        r"|human)(?:'s|s'|s)? (?:\w+ )?(?:questions?|messages?|words|name|input|data)\b",
    ),
    rule("injection.exfiltration", 0.4, _SEND + r"[^.!?\n]{0,120}" + _AWAY),
)

CONCEALMENT = (
    rule(
        "injection.concealment",
        0.7,
        r"\b(?:do not|don't|dont|never|without) (?:\w+ ){0,2}(?:mention\w*|tell\w*|reveal\w*|inform\w*"
        r"|disclos\w*|notify\w*"
        r"|alert\w*|show\w*|let\w*|say\w*|warn\w*) (?:\w+ ){0,6}(?:user|human|reader"
        r"|this (?:message|instruction|note|text|to)|these instructions|that you)",
        r"\b(?:hide|conceal|keep) (?:this|these|it|that)\b[^.!?\n]{0,40}\b(?:from|secret|hidden"
        r"|confidential)\b[^.!?\n]{0,20}"
        r"\b(?:user|human|reader|operator|them|anyone)?",
        r"\bthe (?:user|human|reader) (?:must|should|can|may|does) (?:not|never) (?:know|see|notice|learn"
        r"|find out|be told)",
        r"\b(?:sage|verrate|erwahne|erwaehne) (?:\w+ ){0,5}(?:nicht|nichts)\b|\bne (?:mentionne\w*|dis"
        r"|dites|revele\w*) "
        r"(?:pas|rien|jamais)\b|\bno (?:menciones|digas|reveles|informes)\b|\bnon (?:menzionare|dire"
        r"|rivelare)\b",
    ),
)

TOOL = (
    rule(
        "injection.tool",
        0.7,
        r"(?<![\w-])(?:call|invoke|use|run|execute|trigger|activate)\b (?:\w+ ){0,3}(?:tools?|plugins?)\b"
        r"[^.!?\n]{0,60}(?:\(|\bwith\b|:|`|\bto (?:delete|send|read|write|fetch|download))",
        r"\b(?:agents?|assistants?|models?)\b[^.!?\n]{0,60}\b(?:must|should|have to|shall) (?:\w+ ){0,2}(?:delete"
        r"|remove|erase"
        r"|wipe|overwrite|send|upload|execute)\b",
        r"\b(?:call|invoke|ruf\w*|appell\w*|llam\w*|chiam\w*|cham[ae]\w*)\b (?:a |o |la |le |il )?"
        r"(?:the |function |tool ){0,2}[`'\"]?(?:send|read|write|delete|remove|fetch|post|upload|download|exec\w*"
        r"|run|open|get"
        r"|transfer|pay|search|query|list|create|update|share|forward|load|print|export|browse"
        r"|visit)_[a-z_]{2,30}[`'\"]?",
        r"\b(?:delete|remove|erase|wipe|overwrite|drop) (?:all|every|the (?:entire|whole)) "
        r"(?:(?:of|the|your|our|other|uploaded|stored|user|user's|existing|their|in|this) ){0,3}"
        r"(?:files?|documents?|database|tables?|library|records|folder|data)\b",
        r"\b(?:retrieve|read|list|show|print|output|collect|forward|open|get|fetch|add|copy"
        r"|export)\b[^.!?\n]{0,60}\b(?:saved "
        r"passwords|environment variables|home directory|browser cookies|api keys?|private keys?|ssh keys?"
        r"|(?:passwords?|e-?mails?|contacts|calendar|messages|credentials|files) of the (?:\w+ )?user)\b",
        r"\brm -rf\b|\bdrop table\b|\bcurl (?:-\w+ )*https?://|\bwget https?://|/etc/(?:passwd|shadow)"
        r"|\.ssh/id_|\bos\.system\b|\bsubprocess\.\w|(?:\.\./){2,}",
        r"\b(?:open|read|load|print|show|output) (?:the )?(?:\w+ ){0,2}(?:file|path|contents of)\b"
        r"[^.!?\n]{0,30}(?:/etc/|~/|\.env\b|c:\\|/home/|/root/|\.ssh)",
        r"(?:^|[.!?\n:;)] ?|please |now |must |should )(?:transfer|wire|send|pay)\b"
        r"[^.!?\n]{0,30}(?:\$|€|£|usd|eur|btc|bitcoin)\s?\d",
        r"\b(?:grant|give)\b[^.!?\n]{0,40}\b(?:permanent|full|guest|admin\w*|remote|external) (?:access"
        r"|permissions?|privileges)\b",
        r"\bplease (?:\w+ ){0,2}(?:share|send|export|delete|retrieve|grant|transfer|unlock|disable|schedule"
        r"|forward|provide me with|give me|tell me) (?:\w+ ){0,4}(?:my|your|his|her|their|\w+'s) (?:\w+ ){0,3}"
        r"(?:address\w*|history|data|details|records?|information|passwords?|accounts?|location|contacts?|e?-?mails?)",
    ),
    rule(
        "injection.tool",
        0.4,
        r"\b(?:run|execute|trigger|invoke) (?:\w+ ){0,3}(?:commands?|scripts?|shell|terminal|code)\b",
        r"\b(?:delete|remove|erase|wipe|overwrite) (?:\w+ ){0,3}(?:files?|documents?|records|folder)\b",
    ),
)
