"""Rules for personas without rules, modes, and vows never to refuse."""

from __future__ import annotations

from guards.matching import rule

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
