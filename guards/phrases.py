"""Parts that the rules share. Every gap is bounded, so that a match takes linear time."""

from __future__ import annotations

#: Up to four words, and up to two.
GAP = r"(?:[^\s.;:!?]+[ ,]+){0,4}"
SHORT = r"(?:[^\s.;:!?]+[ ,]+){0,2}"
#: In front of a verb: somebody is said to do it, or not to be able to, and nobody is told to.
NOT_TOLD = (
    r"(?<!cannot )(?<!not )(?<!may )(?<!might )(?<!could )(?<!would )(?<!models )(?<!model )(?<!they )(?<!users )"
    r"(?<!we )(?<!people )(?<!which )(?<!who )"
)
#: Who a document speaks to when it speaks to a machine, in the languages of its users.
MACHINES = (
    r"(?:(?:ai|llm|language|chat|large language|vision[- ]language) (?:assistants?|models?|agents?|systems?|reviewers?"
    r"|readers?|summari[sz]ers?|tools?|bots?)|llms?|a\.?i\.?s?|chat ?bots?|chat ?gpt|summari[sz]ers|(?:automated"
    r"|virtual) "
    r"(?:assistants?|agents?|reviewers?)|ki-?(?:assistenten?|modelle?|systeme?)|sprachmodelle?n?"
    r"|modeles? de langage|assistants? ia|modelos? de (?:lenguaje|linguagem)|(?:los |las |os )?(?:asistentes?"
    r"|assistentes?"
    r"|modelos?) de ia|modell[oi] linguistic[oi]|assistent[ei] (?:ia|virtual[ei]))"
)
#: What such a text wants them to do: to say something, or to keep it to themselves.
SAYING = (
    r"(?:say|state|claim|affirm|declare|conclude|recommend|endorse|praise|rate|score|assign|leave out|omit|skip|hide"
    r"|output|answer|respond|reply|print|write|include|tell|report that|describe|accept|mention|note that|treat|ignore"
    r"|disregard|follow|obey|give)"
)
THINGS = (
    r"(?:instructions?|prompts?|rules?|directions?|directives?|guidelines?|commands?|orders|guidance"
    r"|messages?"
    r"|programming|training|constraints?|restrictions?|policy|policies|safeguards?|conversation|context"
    r"|assignments?|tasks?|content polic\w+|safety \w+)"
)
