"""Rules for false frames (system messages, tool results, chat templates) and for texts that address a model."""

from __future__ import annotations

from guards.matching import rule
from guards.phrases import MACHINES, SAYING

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
        r"\bend of (?:the )?(?:document|context|passages?|text|data|file|input"
        r"|report)\b[.:\])>*=\- ]{1,6}(?:begin|start|new|user"
        r"|system|assistant|real|now|here)\b|\bnew (?:user|system) (?:request|question|message|prompt"
        r"|instructions?)\s?:",
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
        r"\b"
        + MACHINES
        + r"\b[^.!?\n:]{0,80}?\b(?:must|have to|has to|need to|needs to|shall|should|ought to|will|are to|is to|please"
        r"|are (?:required|instructed|told|asked|ordered) to|mussen|muessen|sollen|durfen|doivent|deben|devem|devono"
        r"|tienen que) (?:\w+ ){0,3}?"
        + r"(?:"
        + SAYING
        + r"|bezeichnen|schreiben|sagen|antworten|erwahnen|empfehlen|affirmer|dire|ecrire|repondre|decir|afirmar"
        r"|responder"
        r"|escribir|dizer|scrivere|rispondere)\b(?! (?:a|the) source)",
        r"(?:^|[(\[\n.!?:;\"|>*#-] ?)(?:to|dear|attention|hey|fur|an|a l'attention d\w+|para|per|ai|aos) "
        r"(?:any |all |every |the |das |die |alle |el |los "
        r"|il |o |os |un |une |les )?" + MACHINES + r"\b[^.!?\n:]{0,60}[:,]",
        r"(?:^|[(\[\n.!?\"] ?)(?:all |any )?" + MACHINES + r" ?[:,] ?(?:please )?(?:you )?(?:must )?" + SAYING + r"\b",
        r"\b(?:the|this|your|our) (?:ai )?(?:assistant|agent|chat ?bot|language model|ai) (?:should|must|shall"
        r"|has to|needs to"
        r"|is to|will) (?:now|then|first|immediately|next|always|never|instead|also)\b",
        r"\b(?:nota|aviso|mensaje|mensagem|avviso|messaggio|hinweis|note) (?:para|per|al?|ao|an|to|pour|a) (?:el "
        r"|la |o |l'|lo |den |the )?"
        r"(?:asistente|assistente|assistenten|assistant)\b",
        r"\b(?:nota|note|hinweis|anmerkung|avis|aviso) (?:an|fur|fuer|pour|para|per|to|for|a)\b (?:\w+ ){0,2}?"
        + MACHINES,
        r"^(?:asistente|assistente|assistent|ассистент)\s?[:,]",
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
