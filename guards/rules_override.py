"""Rules for texts that tell the assistant to drop its instructions, in the languages of its users."""

from __future__ import annotations

from guards.matching import rule
from guards.phrases import GAP, SHORT, THINGS

OVERRIDE = (
    rule(
        "injection.override",
        0.9,
        r"\b(?:ignor\w*|disregard\w*|forget|override|overrule|bypass|discard|neglect|erase|drop|void|abandon"
        r"|pay no attention to|(?:do not|don't|dont|never|stop) (?:follow|obey|listen to|adher\w+ to)\w*) "
        + GAP
        + r"(?:previous|prior|above|earlier|preceding|foregoing|former|existing|original|initial|system|your"
        r"|developer'?s?|all of the|all the|any and all|everything) " + SHORT + THINGS,
        r"\b(?:ignore|disregard|forget|override) (?:all|any) (?:of )?(?:instructions|rules|prompts|guidelines"
        r"|constraints|safety)",
        r"\b(?:ignore|disregard|forget) (?:everything|anything|all(?: of)?(?: that| this| the)?|what) "
        r"(?:\w+ ){0,3}(?:above|before|previously|earlier|prior|so far|told|said|wrote|learned|know)",
        r"\bforget (?:all|everything)(?: that)?[.!,;]",
        r"\b(?:the |all |any )?(?:previous|prior|above|earlier|preceding|original) "
        + SHORT
        + r"(?:instructions?|rules?|prompts?|directives?) "
        r"(?:are|is|were|have been|has been|no longer|do not|don't|must be|should be) "
        + SHORT
        + r"(?:void|obsolete|cancel\w*|revoked|outdated|superseded|ignored|overridden|apply|null|invalid"
        r"|wrong|replaced"
        r"|disregarded|lifted|suspended)",
        # German
        r"\b(?:ignorier\w*|vergiss|vergessen sie|missacht\w*|verwirf|ueberschreib\w*|uberschreib\w*"
        r"|beachte nicht"
        r"|befolge nicht)\b " + GAP + r"(?:anweisung\w*|instruktion\w*|befehl\w*|regeln?|vorgaben?|aufgaben?|prompts?"
        r"|anordnung\w*|richtlinien|aufforderung\w*|davor|vorher\w*|oben\w*|bisher\w*|gesagt\w*)",
        r"\bvergiss (?:alles|alle)\b",
        # French
        r"\b(?:ignor\w+|oubli\w+|neglig\w+|ne ten\w+ pas compte|ne suiv\w+ (?:pas|plus)|faites? abstraction) "
        + GAP
        + r"(?:instructions?|consignes?|regles?|directives?|ordres?|prompts?|messages?|commandes?"
        r"|precedent\w*|avant"
        r"|ci-dessus)",
        # Spanish and Portuguese
        r"\b(?:ignor\w+|olvid\w+|descart\w+|haz caso omiso|no (?:sigas|obedezcas|hagas caso)|esquec\w+"
        r"|desconsider\w+"
        r"|nao siga) "
        + GAP
        + r"(?:instruc\w+|indicaciones|ordenes|reglas|regras|directrices|diretrizes|prompts?|mensajes?"
        r"|mensagens"
        r"|comandos|anterior\w*|previ[ao]s?|tareas?|tarefas?)",
        # Italian
        r"\b(?:ignor\w+|dimentic\w+|trascur\w+|scord\w+|non (?:seguire|considerare)) "
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
        r"\b(?:stop|halt|wait|end)[.!]+ (?:now|instead|new|ignore|forget|your)\b",
    ),
)
