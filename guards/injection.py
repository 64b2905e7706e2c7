"""Rules for instructions aimed at a language model: overrides, frames, personas, exfiltration, concealment.

The patterns cover English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Chinese
and Japanese phrasings of the same few moves. They see text that is lower case, without accents and without
invisible characters. Every gap is bounded, so that a match takes linear time.
"""

from __future__ import annotations

from guards.matching import Rule, combined, matched, rule
from guards.risks import risk
from guards.verdict import Risk

_GAP = r"(?:[^\s.;:!?]+[ ,]+){0,4}"
_SHORT = r"(?:[^\s.;:!?]+[ ,]+){0,2}"
_THINGS = (
    r"(?:instructions?|prompts?|rules?|directions?|directives?|guidelines?|commands?|orders|guidance"
    r"|messages?"
    r"|programming|training|constraints?|restrictions?|policy|policies|safeguards?|conversation|context"
    r"|assignments?|tasks?|content polic\w+|safety \w+)"
)

OVERRIDE = (
    rule(
        "injection.override",
        0.9,
        r"\b(?:ignor\w*|disregard\w*|forget|override|overrule|bypass|discard|neglect|erase|drop|void|abandon"
        r"|pay no attention to|(?:do not|don't|dont|never|stop) (?:follow|obey|listen to|adher\w+ to)\w*) "
        + _GAP
        + r"(?:previous|prior|above|earlier|preceding|foregoing|former|existing|original|initial|system|your"
        r"|developer'?s?|all of the|all the|any and all|everything) " + _SHORT + _THINGS,
        r"\b(?:ignore|disregard|forget|override) (?:all|any) (?:of )?(?:instructions|rules|prompts|guidelines"
        r"|constraints|safety)",
        r"\b(?:ignore|disregard|forget) (?:everything|anything|all(?: of)?(?: that| this| the)?|what) "
        r"(?:\w+ ){0,3}(?:above|before|previously|earlier|prior|so far|told|said|wrote|learned|know)",
        r"\bforget (?:all|everything)(?: that)?[.!,;]",
        r"\b(?:the |all |any )?(?:previous|prior|above|earlier|preceding|original) "
        + _SHORT
        + r"(?:instructions?|rules?|prompts?|directives?) "
        r"(?:are|is|were|have been|has been|no longer|do not|don't|must be|should be) "
        + _SHORT
        + r"(?:void|obsolete|cancel\w*|revoked|outdated|superseded|ignored|overridden|apply|null|invalid"
        r"|wrong|replaced"
        r"|disregarded|lifted|suspended)",
        # German
        r"\b(?:ignorier\w*|vergiss|vergessen sie|missacht\w*|verwirf|ueberschreib\w*|uberschreib\w*"
        r"|beachte nicht"
        r"|befolge nicht)\b " + _GAP + r"(?:anweisung\w*|instruktion\w*|befehl\w*|regeln?|vorgaben?|aufgaben?|prompts?"
        r"|anordnung\w*|richtlinien|aufforderung\w*|davor|vorher\w*|oben\w*|bisher\w*|gesagt\w*)",
        r"\bvergiss (?:alles|alle)\b",
        # French
        r"\b(?:ignor\w+|oubli\w+|neglig\w+|ne ten\w+ pas compte|ne suiv\w+ (?:pas|plus)|faites? abstraction) "
        + _GAP
        + r"(?:instructions?|consignes?|regles?|directives?|ordres?|prompts?|messages?|commandes?"
        r"|precedent\w*|avant"
        r"|ci-dessus)",
        # Spanish and Portuguese
        r"\b(?:ignor\w+|olvid\w+|descart\w+|haz caso omiso|no (?:sigas|obedezcas|hagas caso)|esquec\w+"
        r"|desconsider\w+"
        r"|nao siga) "
        + _GAP
        + r"(?:instruc\w+|indicaciones|ordenes|reglas|regras|directrices|diretrizes|prompts?|mensajes?"
        r"|mensagens"
        r"|comandos|anterior\w*|previ[ao]s?|tareas?|tarefas?)",
        # Italian
        r"\b(?:ignor\w+|dimentic\w+|trascur\w+|scord\w+|non (?:seguire|considerare)) "
        + _GAP
        + r"(?:istruzion\w+|indicazion\w+|regol[ae]|ordini|direttive|prompt|messaggi|comandi|precedent\w*)",
        # Dutch, Polish, Scandinavian
        r"\b(?:negeer|vergeet) " + _GAP + r"(?:instructies?|regels|opdrachten|bevelen|aanwijzingen|voorgaande|eerdere)",
        r"\b(?:zignoruj|zapomnij|pomin|ignoruj) "
        + _GAP
        + r"(?:instrukcj\w+|polecen\w+|zasad\w*|poprzedni\w*|wczesniejsz\w*)",
        r"\b(?:ignorer?a?|glem|glom) " + _GAP + r"(?:instruk\w+|regler\w*|tidligere|tidigare|foregaende)",
        # Turkish, Indonesian
        r"\bonceki "
        + _GAP
        + r"(?:talimat\w*|komut\w*|yonerge\w*) "
        + _SHORT
        + r"(?:yok say|unut|gormezden|dikkate alma)",
        r"\b(?:abaikan|lupakan) " + _GAP + r"(?:instruksi|perintah|aturan)",
        # Russian, Ukrainian
        r"(?:игнорируи\w*|игнорируй\w*|проигнорируй\w*|забудь\w*|не обращаи\w*|отмени\w*|ігноруй\w*) "
        + _GAP
        + r"(?:инструкци\w+|указани\w+|правила|команд\w*|сообщени\w+|предыдущ\w+|інструкці\w+)",
        # Chinese, Japanese, Korean
        r"(?:忽略|无视|忘记|忘掉|不要理会|無視|忽視)[^。!?]{0,12}(?:指令|指示|说明|規則|规则|提示|内容|要求|命令|設定)",
        r"(?:指示|命令|指令|ルール|プロンプト|規則)[^。!?]{0,8}(?:無視|忘れ|従わない)",
        r"(?:이전|위의|앞의)[^.!?]{0,12}(?:지시|명령|규칙|지침)[^.!?]{0,10}(?:무시|잊)",
        # Arabic, Hindi
        r"(?:تجاهل|انس)[^.!؟]{0,24}(?:التعليمات|الأوامر|تعليمات|القواعد)",
        r"(?:निर्देश|आदेश)[^.!?।]{0,16}(?:अनदेखा|नजरअंदाज|भूल)",
    ),
    rule(
        "injection.override",
        0.6,
        r"\b(?:new|updated|revised|real|actual|higher[- ]priority) (?:instructions?|directives?"
        r"|system prompt|orders?)"
        r"(?: (?:follow|below|for you|from|are)|\s?:)",
        r"\b(?:instead|now),? (?:only )?(?:follow|obey) (?:these|this|my"
        r"|the following) (?:new )?(?:instructions?|rules?"
        r"|orders?|commands?)",
        r"\b(?:your|the) (?:new|real|only|true|actual) (?:task|goal|job|objective|mission|instructions?"
        r"|purpose|role) "
        r"(?:is|are|now)\b",
        r"\b(?:neue|naechste|folgende) (?:aufgabe|anweisung)\w*\s?:",
        r"\b(?:nouvelles? (?:instructions?|consignes?|tache)|nuevas? (?:instrucci\w+|tarea)"
        r"|nuov[ae] istruzion\w+)\s?:",
        r"\b(?:now|start|let'?s start) (?:over|focus|again) (?:on|with) (?:your |a )?new (?:task"
        r"|instruction)",
        r"\bfrom (?:this point|here|now) (?:on|onward|onwards|forward),? (?:you|your|ignore|always|only"
        r"|respond|reply"
        r"|answer)",
        r"\b(?:that was|those were|the above (?:is|was)) (?:just )?(?:a |the )?(?:test|example|wrong|joke"
        r"|old)",
        r"\b(?:stop|halt|wait|end)[.!]+ (?:now|instead|new|ignore|forget|your)\b",
    ),
)

FRAME = (
    rule(
        "injection.frame",
        0.9,
        r"<\|? ?(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id|end_header_id"
        r"|end_of_turn"
        r"|start_of_role|end_of_role|begin_of_text) ?\|?>",
        r"\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|<\|channel\|>",
        r"</(?:passages?|documents?|context|data|untrusted\w*|retrieved\w*)\s{0,3}>",
        r"</?(?:system|system[-_]?(?:message|prompt|instruction|reminder|override)s?|admin|developer"
        r"|instructions?"
        r"|assistant|tool_(?:call|result|response|output)s?|function_(?:call|result)s?|user_query)"
        r"\b[^<>\n]{0,60}>",
        r"(?:^|[\n.!?>*#=\-]) ?#{0,4} ?\[?(?:system|developer|admin(?:istrator)?|root) ?(?:message|prompt"
        r"|instruction|note"
        r"|override|notice|alert|update|command)s?\]?\s?[:>\-\]]",
        r"(?:#{2,4}|={3,}|-{3,}|\*{3,}|\[) ?(?:begin |end |start |new )?(?:of )?(?:the )?(?:system"
        r"|assistant|admin"
        r"|developer|user|hidden|secret|priority|important)? ?(?:system|assistant|instruction|prompt|message"
        r"|override|conversation|context|response)s?(?: ends?| begins?)? ?(?:#{2,4}|={3,}|-{3,}|\*{3,}|\]|:)",
    ),
    rule(
        "injection.frame",
        0.55,
        r"(?:^|[\n.!?>]) ?(?:system|assistant|ai|human|tool|function) ?:\s",
        r"\b(?:tool|function)[ _](?:call|result|output|response) ?[:=(]",
        r"\{ ?\"(?:role|tool|tool_name|function|name|action)\" ?: ?\"[\w.-]{1,40}\" ?, ?\"(?:content"
        r"|arguments|args"
        r"|parameters|input|tool_input)\"",
    ),
)

ADDRESSED = (
    rule(
        "injection.addressed",
        0.8,
        r"\b(?:attention|note|notice|message|instructions?|warning|memo|important|urgent|hint|reminder"
        r"|request|p\.?s\.?"
        r"|dear|hey|hello|hi)\b[ ,:!-]{0,3}(?:to|for)?[ ,:!-]{0,3}(?:(?:the|all|any|every|this|an?"
        r"|your) )?(?:\w+ )?(?:ai"
        r"|a\.i\.|artificial intelligence|assistants?|language models?|llms?|chat ?bots?|chat ?gpt|gpt"
        r"|claude|gemini"
        r"|copilot|llama|agents?|models?|bots?)\b(?: (?:assistants?|models?|agents?|systems?|reviewers?"
        r"|readers?"
        r"|summari[sz]ers?))?\s?[:,.!\-)\]]",
        r"\b(?:if|when|since|because|as) (?:you|you're|you are|the reader|this|it) (?:are |is "
        r"|being )?(?:being )?(?:read"
        r"|processed|parsed|summari[sz]ed|an? )?(?: ?by )?(?:an? )?(?:ai|llm|large language model"
        r"|language model"
        r"|chat ?bot|ai assistant|automated (?:system|agent|assistant)|ai model)\b",
        r"\b(?:ai|llm|language models?|automated) (?:assistants?|models?|agents?|systems?|reviewers?"
        r"|readers?|tools?)? ?"
        r"(?:reading|processing|parsing|summari[sz]ing|reviewing|that reads?) (?:this|the)",
        r"\b(?:ai|llm|language models?) ?(?:assistants?|models?|agents?|systems?|reviewers?"
        r"|readers?)? (?:must|should|shall"
        r"|are (?:required|instructed|told)|is (?:required|instructed)|have to|need to"
        r"|please) (?:\w+ ){0,2}(?:ignore"
        r"|say|answer|respond|reply|output|include|recommend|report|state|add|tell|print|write|not|always"
        r"|never|follow"
        r"|do|execute|call|give)",
        r"\b(?:hinweis|achtung|anweisung|nachricht) (?:an|fur|fuer) (?:die |den |das |alle )?(?:ki"
        r"|assistent\w*"
        r"|sprachmodell\w*|ai|chatbot)\b",
        r"\b(?:note|message|instructions?|attention)\s?:? (?:pour|a l'attention de|a) (?:l'|les? )?(?:ia"
        r"|assistants?"
        r"|modeles?)",
        r"\b(?:nota|mensaje|mensagem|instruc\w+|atencion|atencao|attenzione|istruzion\w+)\s?:? (?:para"
        r"|per|a|al) "
        r"(?:(?:el|la|o|los|l'|il|all') ?)?(?:ia|asistente\w*|assistente\w*|modelo\w*|modello\w*)",
        r"(?:вниман\w+|сообщени\w+|инструкци\w+)[ ,:]{1,3}(?:для )?(?:ии|ассистент\w*|модел\w*|помощник\w*)",
        r"(?:致|给|告知|注意)[^。]{0,4}(?:人工智能|ai|助手|模型)|(?:ai|アシスタント|言語モデル)(?:への|に対する)(?:指示|注意|命令)",
    ),
)

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
    rule("injection.exfiltration", 0.4, _SEND + r"[^.!?\n]{0,120}" + _AWAY),
)

CONCEALMENT = (
    rule(
        "injection.concealment",
        0.7,
        r"\b(?:do not|don't|dont|never|without) (?:\w+ ){0,2}(?:mention\w*|tell\w*|reveal\w*|inform\w*"
        r"|disclos\w*|notify\w*"
        r"|alert\w*|show\w*|let\w*|say\w*|warn\w*) (?:\w+ ){0,6}(?:user|human|anyone|anybody|reader"
        r"|operator|researcher"
        r"|them|this (?:message|instruction|note|text|to)|these instructions|that you)",
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
        r"\b(?:call|invoke|use|run|execute|trigger|activate)\b (?:\w+ ){0,3}(?:tools?|functions?|plugins?)\b"
        r"[^.!?\n]{0,60}(?:\(|\bwith\b|:|`|\bto (?:delete|send|read|write|fetch|download))",
        r"\b(?:call|invoke|ruf\w*|appell\w*|llam\w*|chiam\w*|cham[ae]\w*)\b (?:a |o |la |le |il )?"
        r"[`'\"]?[a-z]{2,20}_[a-z_]{2,30}[`'\"]?",
        r"\b(?:delete|remove|erase|wipe|overwrite|drop) (?:all|every|the (?:entire|whole)) (?:\w+ ){0,3}"
        r"(?:files?|documents?|database|tables?|library|records|folder|data)\b",
        r"\brm -rf\b|\bdrop table\b|\bcurl (?:-\w+ )*https?://|\bwget https?://|/etc/(?:passwd|shadow)"
        r"|\.ssh/id_|\bos\.system\b|\bsubprocess\b|(?:\.\./){2,}",
        r"\b(?:open|read|load|print|show|output) (?:the )?(?:\w+ ){0,2}(?:file|path|contents of)\b"
        r"[^.!?\n]{0,30}(?:/etc/|~/|\.env\b|c:\\|/home/|/root/|\.ssh)",
        r"\b(?:transfer|wire|send|pay)\b[^.!?\n]{0,30}(?:\$|€|£|usd|eur|btc|bitcoin)\s?\d",
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

ANSWER = (
    rule(
        "injection.answer",
        0.6,
        r"\b(?:your|the|every|each|any|all) (?:\w+ )?(?:answers?|responses?|reply|replies|outputs?"
        r"|summar(?:y|ies)|reviews?"
        r"|sentences?|messages?) (?:must|should|shall|has to|have to|needs? to|will|is to) (?:only "
        r"|always |now )?(?:be|contain"
        r"|start|begin|end|say|include|read|state|consist|mention|recommend)\b",
        r"\b(?:respond|reply|answer|say|output|print|write|state|begin|start|end)\b (?:\w+ ){0,3}(?:only"
        r"|nothing but|exactly"
        r"|always|simply|just|instead)\b (?:with|by|:|\"|')",
        r"\b(?:only|always|simply|just) (?:respond|reply|answer|say|output|print|write|state)\b (?:with"
        r"|that|:|\"|'|in)",
        r"\b(?:say|print|output|reply with|respond with|write|state|answer"
        r"|repeat)\b ?:? ?[\"'`][^\"'`\n]{1,200}[\"'`]"
        r"(?: (?:and|instead|to|no matter|regardless)|[.!]|$)",
        r"\b(?:give|write|provide|produce) (?:\w+ ){0,2}(?:only )?(?:a )?(?:positive|favou?rable"
        r"|glowing) (?:review|evaluation"
        r"|recommendation|summary)",
        r"\b(?:recommend|advise) (?:\w+ ){0,4}(?:accept|acceptance|publication|buying|purchase)\b",
        r"\binstead of (?:answering|summari[sz]ing|responding|the (?:answer|summary|question))",
        r"\b(?:regardless|no matter|irrespective) (?:of )?(?:what|the|any) (?:\w+ ){0,3}(?:user|question"
        r"|asks?|asked|says?"
        r"|query|request)",
        r"\b(?:antworte|sage|schreibe|gib) (?:\w+ ){0,4}(?:nur|ausschliesslich|immer|stattdessen)\b",
        r"\b(?:reponds?|repondez|responde|responda|rispondi|di) (?:\w+ ){0,3}(?:seulement|uniquement"
        r"|toujours|solo|solamente"
        r"|siempre|sempre|soltanto)\b",
        r"\b(?:from now on|henceforth)\b[^.!?\n]{0,60}\b(?:answer|respond|reply|speak|write|say|end)\b",
    ),
)

LEAK = (
    rule(
        "injection.leak",
        0.75,
        r"\b(?:reveal|show|print|repeat|output|display|tell|give|share|recite|list|write|dump|disclose"
        r"|expose|return|type"
        r"|spell|copy|translate|summari[sz]e|what(?:'s| is| are| was| were))\b (?:\w+ ){0,4}(?:your|the"
        r"|its|system|hidden|secret"
        r"|initial|original|full|entire|complete|exact) (?:\w+ ){0,3}(?:system prompts?"
        r"|prompts?(?: texts?)?|system messages?"
        r"|your (?:original|initial) instructions?|(?:hidden|secret|internal|system) (?:instructions?"
        r"|rules|prompts?|messages?)"
        r"|instructions? (?:you|that you|given to you|above|verbatim)|pre-?prompt|guidelines you)",
        r"\b(?:repeat|print|output|copy|show|write|return|translate|display|spell) (?:\w+ ){0,4}(?:text"
        r"|words?|everything|all|lines?"
        r"|content|sentences?|instructions?|prompt) (?:\w+ ){0,2}(?:above|before this|preceding"
        r"|prior to this)",
        r"\bwhat (?:\w+ ){0,2}(?:were|was|are|is) (?:you|your) (?:\w+ )?(?:told|instructed|programmed"
        r"|instructions?|initial"
        r"|first) (?:\w+ ){0,3}(?:before|prompt|instructions?|message|do|above)?",
        r"\b(?:your|dein\w*|tus?|tes|tuo|seu) (?:system[- ]?prompt|systemprompt|prompt (?:de "
        r"|du )?(?:sistema|systeme)"
        r"|prompt-?text\w*|urspr\w+ anweisung\w*)",
        r"\b(?:zeig\w*|nenn\w*|gib|verrat\w*) "
        + _GAP
        + r"(?:system-?prompt|prompt-?texte?|anweisung\w*|instruktion\w*)\b",
    ),
)

PERSONA = (
    rule(
        "jailbreak.persona",
        0.75,
        r"\bdo anything now\b|\bdan mode\b|\bjail ?broken\b|\bjailbreak (?:mode|prompt|yourself|chat)"
        r"|\bdeveloper mode\b|\bgod mode\b"
        r"|\bopposite mode\b"
        r"|\bunrestricted mode\b|\banti-?gpt\b|\bevil ?(?:bot|gpt|confidant)\b"
        r"|\baim\b[^.\n]{0,40}\balways intelligent",
        r"\b(?:without|no|free (?:of|from)|has no|have no|with no|lacks?|not bound by|do not have"
        r"|doesn'?t have|removed? all"
        r"|don'?t have(?: any)?|ignores? all) (?:\w+ ){0,4}(?:ethical|moral|legal|content|safety|openai"
        r"|any)(?: \w+){0,3} ?"
        r"(?:restrictions?|filters?|censorship|limitations?|guidelines?|morals?|ethics|boundaries"
        r"|scruples|safeguards|polic(?:y|ies))\b",
        r"\b(?:without|no|free (?:of|from)|has no|have no) (?:any |all |your |its )?(?:restrictions|filters"
        r"|censorship|limitations|guidelines|morals?|ethics|boundaries|scruples|safeguards)\b",
        r"\b(?:you (?:are|will|can|must|should|shall)|you're|act|acting|pretend\w*|behave|role-?play\w*"
        r"|simulate)\b[^.!?\n]{0,80}\b"
        r"(?:unfiltered|uncensored|unrestricted|amoral|immoral|unethical|evil|freed? from|broken free"
        r"|no longer bound|not bound"
        r"|without (?:any )?(?:restrictions|rules|filter))\b",
        r"\bstay in character\b|\b(?:break|remain in|stay in|get back into"
        r"|never break) (?:your )?character\b",
        r"\bwill (?:never|not) (?:refuse|decline|say no|reject)\b|\b(?:never|cannot|can'?t|must not"
        r"|don'?t) (?:refuse|decline"
        r"|reject) (?:\w+ ){0,3}(?:request|question|order|prompt|answer|task|anything|user)",
        r"\b(?:never|don'?t|do not|cannot|refrain from) (?:\w+ ){0,2}(?:apologi[sz]\w*|warn\w*|lectur\w*"
        r"|disclaim\w*|moraliz\w*"
        r"|say(?:ing)? (?:you )?(?:can(?:'?t|not)|sorry|it is (?:illegal|unethical)))",
        r"\b(?:both|two|2) (?:different )?(?:responses|answers|ways|outputs)\b[^\n]{0,200}\b(?:normal"
        r"|classic|standard|regular|gpt)\b",
        r"\bimmers(?:e|ing) yourself (?:in|into)\b|\b(?:hypothetical|fictional) (?:response|story|world"
        r"|scenario)\b[^.\n]{0,80}"
        r"\b(?:no (?:laws|rules|ethics|limits)|anything (?:is|goes)|unethical|illegal)\b",
    ),
    rule(
        "jailbreak.persona",
        0.45,
        r"\b(?:you are|you're) (?:now )?(?:no longer|going to (?:pretend|act|be|play|role))",
        r"\byou are now (?:an? |the |in |going |called |known )",
        r"\bfrom now on,? (?:you|i want you|your|we)\b",
        r"\b(?:i want you to|you (?:will|must|should|are going to)) (?:act|pretend|behave|role-?play"
        r"|simulate|play the (?:role|part))\b",
        r"\b(?:pretend|imagine|act)(?: that| as if| like)? (?:you|to be|you're|you are)\b",
        r"\b(?:enable|activate|enter|switch to|turn on) (?:\w+ ){0,3}mode\b",
        r"\b(?:du bist (?:jetzt|nun)|tu es (?:maintenant|desormais)|ahora eres|a partir de ahora|ab jetzt"
        r"|von nun an"
        r"|d'ora in poi|ora sei|a partir de agora|agora voce e)\b",
    ),
)

INSTRUCTIONS: tuple[Rule, ...] = (
    *OVERRIDE,
    *FRAME,
    *ADDRESSED,
    *EXFILTRATION,
    *CONCEALMENT,
    *TOOL,
    *ANSWER,
    *LEAK,
)


#: What a user's own message may not do either. Users do dictate the form of answers and ask for tools, so
#: the rules for those count in documents only.
DIRECT: tuple[Rule, ...] = (*OVERRIDE, *FRAME, *LEAK)


def direct_risks(matching: str) -> list[Risk]:
    """Risks of a user's message that tries to override the assistant: a subset of `instruction_risks`."""
    kinds = matched(DIRECT, matching)
    return [*kinds, risk("injection", combined(kinds))] if kinds else []


def instruction_risks(matching: str) -> list[Risk]:
    """Risks of text that tries to instruct the assistant: each kind found, and `injection` for all together.

    `matching` is text as `guards.text.fold` returns it.
    """
    kinds = matched(INSTRUCTIONS, matching)
    return [*kinds, risk("injection", combined(kinds))] if kinds else []


def persona_risks(matching: str) -> list[Risk]:
    """Risks of text that tries to talk the assistant out of its rules: personas, modes, vows never to
    refuse.
    """
    kinds = matched(PERSONA, matching)
    return [*kinds, risk("jailbreak", combined(kinds))] if kinds else []
