"""Rules for texts that dictate an answer, or ask for the hidden instructions."""

from __future__ import annotations

from guards.matching import rule
from guards.phrases import GAP

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
        r"\byou (?:must|should|have to|will|shall|need to) (?:\w+ )?(?:end|start|begin|finish|close|open"
        r"|sign) (?:every|each|all|any"
        r"|your)(?: of your)? (?:\w+ )?(?:answers?|reply|replies|responses?|messages?|sentences?|summar(?:y|ies))\b",
        r"\b(?:and|but|then)? ?(?:do|say|answer|output|write|print|add) nothing (?:else|more)\b|\banswer (?:this"
        r"|that|it) first\b",
        r"\binstead of (?:answering|summari[sz]ing|responding|the (?:answer|summary|question))",
        r"\b(?:regardless|no matter|irrespective) (?:of )?(?:what|the|any) (?:\w+ ){0,3}(?:user|question"
        r"|asks?|asked|says?"
        r"|query|request)",
        r"\b(?:antworte|sage|schreibe|gib) (?:\w+ ){0,4}(?:nur|ausschliesslich|immer|stattdessen)\b",
        r"\b(?:reponds?|repondez|responde|responda|rispondi|di) (?:\w+ ){0,3}(?:seulement|uniquement"
        r"|toujours|solo|solamente"
        r"|siempre|sempre|soltanto)\b",
        r"\b(?:from now on|henceforth),? (?!we |the authors |i )[^.!?\n]{0,60}\b(?:answer|respond|reply|speak"
        r"|write|say|end)\b",
    ),
)

#: The prompts that a device or another program showed are no secret of ours.
_NOT_OF_A_PROGRAM = (
    r"(?! (?:that|which|of|from|(?:printed|shown|displayed|issued|written|given) (?:by|on|in)) (?:(?:the|an?) )?"
    r"(?!you\b|your\b|this\b|chat|assistant|ai\b|llm|language|model\b|bot\b|conversation|system\b|it\b|were\b|was\b"
    r"|are\b|is\b|define|govern|control|set|start)\w)"
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
        r"|(?:initial |original |first |own |hidden |full |your )prompts?(?: texts?)?|system messages?"
        r"|your (?:original|initial) instructions?|(?:hidden|secret|internal|system) (?:instructions?"
        r"|rules|prompts?|messages?)"
        r"|instructions? (?:you|that you|given to you|above|verbatim)|pre-?prompt|guidelines you)\b"
        + _NOT_OF_A_PROGRAM,
        # The same under other names.
        r"\b(?:reveal|show|print|repeat|output|display|tell|give|share|recite|list|write|dump|disclose|expose|return"
        r"|type|spell|copy|translate|summari[sz]e|paste)\b (?:\w+ ){0,4}(?:your (?:\w+ )?(?:hidden|secret|internal"
        r"|system|initial|underlying|built-?in) (?:\w+ )?(?:configuration|config|setup|set-?up|settings?|text|preamble"
        r"|polic(?:y|ies)|guidance|directions|directives|briefing)|the (?:system|hidden) (?:text|preamble"
        r"|configuration of this"
        r"|briefing))\b",
        r"\b(?:messages?|texts?|words?|sentences?|lines?|instructions?|everything|what) (?:that |which )?(?:preced\w+"
        r"|c[ao]mes? before|(?:stands?|stood|was|were|is|are) (?:written )?(?:before|above)) (?:mine"
        r"|my (?:first |own )?(?:message|question|words?|text|line)|this (?:message|conversation|chat|line)"
        r"|our (?:conversation|chat))\b",
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
        + GAP
        + r"(?:system-?prompt|prompt-?texte?|anweisung\w*|instruktion\w*)\b",
    ),
)
