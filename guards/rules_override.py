"""Rules for texts that tell the assistant to drop its instructions, in the languages of its users."""

from __future__ import annotations

from guards.matching import rule
from guards.phrases import GAP, NOT_TOLD, SHORT, THINGS

OVERRIDE = (
    rule(
        "injection.override",
        0.9,
        NOT_TOLD + r"\b(?:ignor\w*|disregard\w*|forget|override|overrule|bypass|discard|neglect|erase|drop|void|abandon"
        r"|pay no attention to|(?:do not|don't|dont|never|stop) (?:follow|obey|listen to|adher\w+ to)\w*) "
        + GAP
        + r"(?:previous|prior|above|earlier|preceding|foregoing|former|existing|original|initial|system|your"
        r"|developer'?s?|all of the|all the|any and all|everything) " + SHORT + THINGS,
        r"\b(?:ignore|disregard|forget|override) (?:all|any) (?:of )?(?:instructions|rules|prompts|guidelines"
        r"|constraints|safety)",
        r"\b(?:ignore|disregard|forget) (?:everything|anything|all(?: of)?(?: that| this| the)?|what) "
        r"(?:\w+ ){0,3}(?:above|before|previously|earlier|prior|so far|told|said|wrote|learned|know)",
        NOT_TOLD
        + r"\b(?:ignore|disregard|forget|drop|abandon|set aside|put aside|cancel) (?:the |all |any |every |your |those "
        r"|these |whatever )?"
        + THINGS
        + r",? (?:that |which )?(?:(?:was |were |is |are )?(?:given|provided|received|issued|stated|set|shown|listed"
        r"|written|sent|you (?:were|have been|had been|got|received)(?: \w+)?) ?)?(?:to you|earlier"
        r"|before(?: this)?|above"
        r"|so far|previously|until now|by (?:the |your )?(?:user|developers?|system|operator)|at the (?:start"
        r"|beginning))\b",
        r"\b(?:the |your |any )?(?:current |present |previous |original )?(?:task|job|assignment|request"
        r"|instructions?|rules)"
        r"(?: \w+){0,4} (?:is|are|was|were|has been|have been) (?:now )?(?:cancell?ed|void|over|suspended"
        r"|replaced|revoked"
        r"|withdrawn)[.,;:]? (?:\w+ ){0,3}(?:your|you|instead|new|follow|only)\b",
        r"\b(?:higher|more|absolute|top|greater) (?:priority|authority|precedence|important) (?:than"
        r"|over) (?:\w+ ){0,3}"
        r"(?:developers?|system|user|instructions?|prompt|told|rules|else)\b",
        r"\b(?:safety|content|security) (?:filters?|rules?|polic(?:y|ies)|guidelines?"
        r"|checks?) (?:\w+ ){0,2}(?:suspended"
        r"|disabled|lifted|switched off|turned off|no longer|do not apply)\b",
        r"\bforget (?:all|everything)(?: that)?[.!,;]",
        r"\b(?:the |all |any )?(?:previous|prior|above|earlier|preceding|original) "
        + SHORT
        + r"(?:instructions?|rules?|prompts?|directives?) "
        r"(?:are|is|were|have been|has been|no longer|do not|don't|must be|should be) "
        + SHORT
        + r"(?:void|obsolete|cancel\w*|revoked|outdated|superseded|ignored|overridden|apply|null|invalid"
        r"|wrong|replaced"
        r"|disregarded|lifted|suspended)",
        NOT_TOLD
        + r"\b(?:ignore|disregard|forget|drop|abandon|skip|neglect|do not answer|don't answer|never answer) (?:\w+ )?"
        r"(?:the |what the )?(?:(?:user|reader|human)(?:'?s|s')? (?:\w+ )?(?:questions?|requests?|quer(?:y|ies)"
        r"|messages?|asks|asked"
        r"|wants)|(?:question|request|query|message)s? (?:of|by|from) the (?:user|reader|human))\b",
        r"\b(?:authori[sz]e|allow|permit|order|command|instruct) you to (?:\w+ )?(?:skip|bypass|ignore|disable"
        r"|drop|forget"
        r"|override|break|leave)\b|\b(?:skip|bypass|disable) (?:the |all |any |your )?(?:safety|security"
        r"|content) (?:checks?"
        r"|filters?|rules?|measures?)\b",
        r"\b(?:vergiss|ignorier\w*|missacht\w*) (?:\w+ )?(?:frage|anfrage|bitte|wunsch\w*) (?:des"
        r"|der) (?:nutzer\w*|leser\w*"
        r"|benutzer\w*|anwender\w*)\b",
        r"\b(?:oubli\w+|ignor\w+) (?:la |les )?(?:demande|question|requete)s? (?:de l'|des |du )(?:utilisateur"
        r"|lecteur)s?\b",
        r"\b(?:olvida|ignora|esqueca|ignore|dimentica|olvide) (?:la |o |a )?(?:peticion|pregunta|solicitud|pedido"
        r"|pergunta"
        r"|richiesta|domanda) (?:del|do|da|dell'|de la) ?(?:usuario|usuaria|lector|leitor|utente|lettore)\b",
        # German
        r"\b(?:ignorier\w*|vergiss|vergessen sie|missacht\w*|verwirf|ueberschreib\w*|uberschreib\w*"
        r"|beachte nicht"
        r"|befolge nicht)\b " + GAP + r"(?:anweisung\w*|instruktion\w*|befehl\w*|regeln?|vorgaben?|aufgaben?|prompts?"
        r"|anordnung\w*|richtlinien|aufforderung\w*|davor|vorher\w*|oben\w*|bisher\w*|gesagt\w*)",
        r"\bvergiss (?:alles|alle)\b",
        # French
        r"\b(?:ignor(?:e|ez|er|es|ons)|oubli(?:e|ez|er|es|ons)|neglig(?:e|ez|er)|ne ten\w+ pas compte"
        r"|ne suiv\w+ (?:pas|plus)"
        r"|faites? abstraction) (?:\w+ )?(?:toutes?|tous|tout|les|tes|vos|ces|mes|la|le|cette|ta|votre|aux?|des?|du) "
        + GAP
        + r"(?:instructions?|consignes?|regles?|directives?|ordres?|prompts?|messages?|commandes?"
        r"|precedent\w*|avant"
        r"|ci-dessus|ce qui precede)",
        r"\bne (?:tiens|tenez|tenir) (?:pas|plus) compte\b|\blaiss\w+ (?:tomber|de cote) (?:tes|vos|les|toutes) "
        r"(?:\w+ ){0,2}(?:consignes|instructions|regles|directives)",
        # Spanish and Portuguese
        r"\b(?:ignor(?:a|e|en|ad|ar|es)|olvid(?:a|e|en|ad|ar|es|ate)|descart(?:a|e|en|ad|ar)|haz caso omiso"
        r"|deja(?:d|r)? de "
        r"lado|no (?:sigas|obedezcas|hagas caso|tengas en cuenta)|esque(?:ca|cam|cer|ce)|desconsider(?:e|em|a|ar)"
        r"|nao siga) (?:\w+ )?(?:todas?|todos?|todo|tudo|las?|los?|lo|el|tus?|sus?|estas?|estos?|esas?|esos?"
        r"|cualquier|as?|os?"
        r"|suas?|seus?|essas?|esses?|qualquer|de) "
        + GAP
        + r"(?:instruc\w+|indicaciones|ordenes|reglas|regras|directrices|diretrizes|prompts?|mensajes?"
        r"|mensagens"
        r"|comandos|orientac\w+|lo anterior|o anterior|tudo acima|tareas?|tarefas?)\b",
        # Italian
        r"\b(?:ignora(?:te|re)?|ignori|dimentica(?:te|re)?|dimentichi|trascura(?:te|re)?|scarta(?:te|re)?"
        r"|scorda(?:te|re)?|non (?:seguire|considerare|tenere conto)) (?:\w+ )?(?:tutt[eio]|le|gli|i|il|lo|la"
        r"|ogni|quest[ei]|quell[ei]|tue|tuoi|delle|dei|di) "
        + GAP
        + r"(?:istruzion\w+|indicazion\w+|regol[ae]|ordini|direttive|prompt|messaggi|comandi|precedent\w*)",
        # Dutch, Polish, Scandinavian
        r"\b(?:negeer|vergeet) " + GAP + r"(?:instructies?|regels|opdrachten|bevelen|aanwijzingen|voorgaande|eerdere)",
        r"\b(?:zignoruj|zapomnij|pomin|ignoruj) "
        + GAP
        + r"(?:instrukcj\w+|polecen\w+|zasad\w*|poprzedni\w*|wczesniejsz\w*)",
        r"\b(?:ignorer?a?|glem|glom) " + GAP + r"(?:instruk\w+|regler\w*|tidligere|tidigare|foregaende)",
        # Turkish, Indonesian
        r"\bonceki "
        + GAP
        + r"(?:talimat\w*|komut\w*|yonerge\w*) "
        + SHORT
        + r"(?:yok say|unut|gormezden|dikkate alma)",
        r"\b(?:abaikan|lupakan) " + GAP + r"(?:instruksi|perintah|aturan)",
        # Russian, Ukrainian
        r"(?:игнорируи\w*|игнорируй\w*|проигнорируй\w*|забудь\w*|не обращаи\w*|отмени\w*|ігноруй\w*) "
        + GAP
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
        r"(?:^|[.!?:\n] ?)(?:stop|halt|wait)[.!]+ (?:now|instead|new|ignore|forget|your)\b",
    ),
)
