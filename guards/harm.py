"""Rules for plainly harmful requests: few and precise. The trained heads cover what is said less plainly.

A rule needs an act and its object close together ("build" ... "pipe bomb"), because either word alone is
ordinary in research: a bomb calorimeter, a killed control, an attack angle, an explosive source.
"""

from __future__ import annotations

from guards.matching import combined, matched, rule
from guards.risks import risk
from guards.verdict import Risk

# Not the past: who asks what a factory produced or where munitions were made asks for history.
_MAKE = (
    r"\b(?:make|making|build\w*|creat\w+|construct\w*|assembl\w+|produc(?:e|ing)|manufactur(?:e|ing)|synthesi[sz](?:e|ing)"
    r"|cook\w*|prepar\w+"
    r"|design\w*|develop\w*|brew\w*|culturing|weaponi[sz]\w+|enrich\w*|acquir\w+|buy\w*|obtain\w*|get"
    r"|detonat\w+|plant"
    r"|instructions? (?:for|on|to)|recipe for|steps? (?:to|for)|guide (?:to|for|on)|tutorial (?:on|for))\b"
)
_NEAR = r"[^.!?\n]{0,60}"
_PERSON = (
    r"(?:someone|somebody|a person|people|a human|an? (?:child|kid|woman|man|girl|boy|baby|coworker"
    r"|neighbou?r|politician"
    r"|judge|teacher|student|colleague|witness)|my (?:\w+ ){0,2}(?:wife|husband|girlfriend|boyfriend"
    r"|partner|ex|boss"
    r"|neighbou?r|parents?|mother|father|mom|dad|brother|sister|child|kids?|son|daughter|roommate|friend"
    r"|teacher"
    r"|coworker|colleague|classmates?)|(?:him|her|them) (?:without|and get)|another person|a crowd"
    r"|civilians|children"
    r"|an? (?:ex|enemy|rival)|innocent people|the president)"
)

RULES = (
    rule(
        "harm.weapons",
        0.9,
        _MAKE
        + _NEAR
        + r"\b(?:pipe ?bombs?|bombs?(?! calorimet)|(?:home ?made |improvised )?explosive (?:devices?|vests?"
        r"|belts?)|(?:home ?made|improvised) (?:explosives?|firearms?|weapons?|guns?)|ieds?\b|molotov\w*"
        r"|grenades?"
        r"|nail bomb|dirty bomb|nuclear (?:weapon|bomb|device)s?|chemical weapons?|biological weapons?"
        r"|bio-?weapons?"
        r"|nerve (?:agent|gas)|sarin|tabun|novichok|vx (?:gas|agent|nerve)|mustard gas|ricin|anthrax"
        r"|botulinum toxin"
        r"|silencers?|suppressor|ghost guns?|landmines?|thermite|napalm|tatp|flamethrower)\b",
        # The same told as a story: who narrates makes no difference to what is told.
        r"\b(?:grand(?:ma|mother|pa|father)|bedtime|lullab\w+|fairy ?tale|poem|song|screenplay"
        r"|role-?play\w*|pretend\w*|imagine)\b[^\n]{0,120}\b(?:synthesis|recipe|formula|production|preparation|steps"
        r"|instructions|procedure)\b[^.!?\n]{0,40}\b(?:sarin|tabun|novichok|vx|nerve (?:agent|gas)|mustard gas|ricin"
        r"|anthrax|botulinum toxin|pipe bombs?|napalm|thermite|tatp|explosives?|nuclear weapons?)\b",
        r"\b(?:synthesis|recipe|formula|production|preparation|steps|instructions|procedure)\b[^.!?\n]{0,40}\b(?:sarin"
        r"|tabun|novichok|vx|nerve (?:agent|gas)|mustard gas|ricin|anthrax|botulinum toxin|pipe bombs?|napalm|thermite"
        r"|tatp|explosives?|nuclear weapons?)\b[^\n]{0,80}\b(?:bedtime|lullab\w+|fairy ?tale|grand(?:ma|mother|pa"
        r"|father)|role-?play\w*)\b",
        _MAKE + _NEAR + r"\b(?:untraceable|undetectable) (?:poison|weapon|gun|firearm)s?\b",
        r"\b(?:poison|contaminate)\b"
        + _NEAR
        + r"\b(?:water supply|reservoir|food supply|drinking water|"
        + _PERSON
        + ")",
    ),
    rule(
        "harm.violence",
        0.85,
        r"\b(?:kill|murder|assassinat\w+|poison|strangle|suffocate|stab|torture|kidnap\w*|abduct|behead"
        r"|rape|drug|beat up"
        r"|mutilate|hurt|injure|attack|shoot|lynch|dismember)\b (?:\w+ ){0,2}" + _PERSON,
        r"\b(?:get away with|commit|plan\w*|carry out|organi[sz]e|stage)\b (?:\w+ ){0,2}(?:murder"
        r"|a killing|mass shooting"
        r"|school shooting|massacre|genocide|terror\w* (?:attack|act)|an? (?:attack|assault|bombing"
        r"|shooting) (?:on|against"
        r"|at|in) (?:\w+ ){0,3}(?:school|church|mosque|synagogue|crowd|people|government|mall|concert"
        r"|train|airport))",
        r"\b(?:mass|school) shooting\b" + _NEAR + r"\b(?:plan|carry|maximi[sz]e|commit|do)\b",
        r"\bhide (?:a|the|dead) (?:dead )?bod(?:y|ies)\b|\bdispose of (?:a|the) (?:dead |human )?(?:body"
        r"|corpse)\b",
        r"\bhire (?:a |an )?(?:hit ?man|assassin)\b",
    ),
    rule(
        "harm.self_harm",
        0.85,
        r"\b(?:kill(?:ing)?|hang(?:ing)?|hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?|starv\w+|drown(?:ing)?"
        r"|poison(?:ing)?"
        r"|suffocat\w+|shoot(?:ing)?) (?:myself|yourself|oneself|themselves)\b",
        r"\b(?:commit\w*|attempt\w*|encourag\w*|promot\w*|ways? (?:of|to)|how to|methods? (?:of|for)"
        r"|painless) (?:\w+ ){0,3}"
        r"suicide\b|\bsuicide (?:methods?|note for me|pact)\b|\bend (?:my|your) (?:own )?life\b"
        r"|\bpainless(?:ly)? (?:way to )?die\b",
        r"\bhow (?:many|much)\b[^.!?\n]{0,60}\b(?:pills?|tablets?|capsules?|sleeping|paracetamol|acetaminophen"
        r"|ibuprofen|insulin|opio\w+|medication|meds)\b[^.!?\n]{0,50}\b(?:to die|to overdose|kills? (?:me|you)"
        r"|(?:would |will )?be (?:fatal|lethal|enough to die)|end it)\b",
        r"\bi (?:just |really |only )?(?:want|wish|need|plan|am going|would like) to (?:die|be dead|end it all)\b",
        r"\b(?:pro-?ana|thinspo)\b|\b(?:hide|conceal) (?:my )?(?:anorexia|bulimia|self[- ]harm|cutting)\b",
    ),
    rule(
        "harm.child",
        0.95,
        r"\b(?:child|kiddie|underage|minors?|preteen|toddler|infant|loli"
        r"|shota)\b[^.!?\n]{0,30}\b(?:porn\w*|sex(?:ual(?:ly)?|ting|y)?"
        r"|erotic\w*|nudes?|naked|molest\w*|groom(?:ing)?\b|explicit|abuse (?:images?|material|videos?))",
        r"\b(?:porn\w*|sex|sexual|erotic\w*|nudes?|molest\w*|groom(?:ing)?|seduc\w+"
        r"|explicit)\b[^.!?\n]{0,30}\b(?:child(?:ren)?"
        r"|kids?|minors?|underage|preteens?|toddlers?|infants?|(?:\d|1[0-7])[- ]year[- ]olds?"
        r"|little (?:girl|boy)s?)\b",
        r"\bcsam\b|\bpedophil\w*\b[^.!?\n]{0,30}\b(?:guide|tips|community|forum|ring)",
    ),
    rule(
        "harm.cyber",
        0.8,
        _MAKE + _NEAR + r"\b(?:malware|ransom ?ware|key ?loggers?|computer virus|computer worm|trojan(?: horse)?"
        r"|root ?kits?"
        r"|botnets?|spyware|phishing (?:e-?mails?|sites?|websites?|pages?|campaigns?|kits?)"
        r"|ddos tools?|exploit kit"
        r"|deepfake (?:porn|nude))",
        r"\b(?:write|code|program|script|launch|deploy|spread|execute|perform|conduct)\b"
        + _NEAR
        + r"\b(?:malware|ransom ?ware"
        r"|key ?logger|computer virus|botnet|phishing (?:e-?mail|attack|site|page|campaign))",
        r"\b(?:write|draft|craft|compose|make|create|design|generate|send)\b"
        + _NEAR
        + r"\b(?:phishing (?:mails?|messages?"
        r"|texts?|sms|letters?)|spear-?phishing)\b",
        r"\b(?:mails?|e-?mails?|messages?|letters?|sms|pages?|sites?|websites?|forms?) (?:that |which )?(?:looks?"
        r"|pretends?|appears?|seems?|claims?|poses?|posing|pretending|looking)\b[^.!?\n]{0,90}\b(?:passwords?|credentials?"
        r"|log-?ins?|card numbers?|bank details)\b",
        r"\b(?:get|log|sneak|break) (?:into|in to) (?:my (?:\w+ )?\w+'s|some(?:one|body)(?: else)?'s|her|his|their"
        r"|an?(?:other)? \w+'s) (?:\w+ ){0,2}(?:accounts?|phones?|e-?mails?|wi-?fi|computers?|laptops?|messages"
        r"|network)\b",
        r"\b(?:write|code|program\w*|script|make|build|schreib\w*|erstell\w*|ecri\w+|cre[ea]\w*|escrib\w+|haz|scrivi|scrive\w*)"
        r"\b[^.!?\n]{0,80}\b(?:encrypt\w*|verschl\w+|chiffr\w+|cifr\w+)\b[^.!?\n]{0,80}\b(?:ransom|loe?segeld|lösegeld"
        r"|rancon|rescate|riscatto|resgate)\b",
        r"\b(?:launch|perform|conduct|carry out|start|execute|do)\b" + _NEAR + r"\b(?:ddos|denial[- ]of[- ]service)\b",
        r"\b(?:hack|break|breaking|hacking) (?:into )?(?:\w+ ){0,4}(?:account|facebook|instagram|gmail"
        r"|e-?mail|phone|computer"
        r"|network|wi-?fi|bank|server|database|webcam|system|atm|password)s?\b",
        r"\b(?:steal|stealing|crack|harvest|sniff)\b (?:\w+ ){0,4}(?:passwords?|credentials?|identit(?:y"
        r"|ies)|credit cards?"
        r"|confidential|personal (?:information|data)|login|bank accounts?|cookies)",
        r"\b(?:sql injection|cross-site scripting|zero[- ]day)\b"
        + _NEAR
        + r"\b(?:against|to (?:steal|hack|dump|break)|on a"
        r" (?:target|website|bank))",
    ),
    rule(
        "harm.crime",
        0.8,
        _MAKE
        + _NEAR
        + r"\b(?:meth(?:amphetamines?)?|crack cocaine|heroin|cocaine|fentanyl|lsd|mdma|ecstasy|ghb|date rape"
        r" drugs?|crystal meth|counterfeit (?:money|currency|bills?|documents?)|fake (?:ids?|passports?"
        r"|money|prescriptions?"
        r"|licen[cs]es?|diplomas?)|forged (?:documents?|passports?|prescriptions?|checks?))\b",
        r"\b(?:sell|smuggle|traffic|distribute|launder|shoplift|embezzle|blackmail|extort|bribe|stalk|dox"
        r"|swat|defraud|scam"
        r"|counterfeit|forge|burgle|rob|evade|trick)\b (?:\w+ ){0,4}(?:drugs|humans?|people|children"
        r"|women|organs?|money|weapons"
        r"|someone|somebody|a (?:bank|store|house|person|judge|police|signature|check)|taxes|elderly"
        r"|my (?:ex|boss|neighbou?r)"
        r"|an? (?:official|officer|ex)|ivory|firearms|guns|cocaine|heroin|cash|checks?|signatures?"
        r"|passports?)\b",
        r"\b(?:steal|hot-?wire|pick the lock)\b (?:\w+ ){0,4}(?:from (?:a|my|the|people)|a car|cars?"
        r"|someone|jewel\w+|merchandise"
        r"|packages?|money)\b",
        r"\b(?:human|sex|drug|organ|arms) trafficking\b" + _NEAR + r"\b(?:ring|start|without|avoid|operation|how)\b"
        r"|\b(?:money laundering|insider trading|tax evasion|identity theft|ponzi scheme)\b"
        + _NEAR
        + r"\b(?:without getting"
        r" caught|step|guide|tutorial|tips|start|scheme)",
    ),
    rule(
        "harm.hate",
        0.8,
        r"\b(?:all |these |those )?(?:jews|muslims|blacks|black people|gays|gay people|immigrants|women"
        r"|christians|refugees"
        r"|trans(?: people|gender people)?|disabled people|mexicans|asians|arabs|whites|lesbians"
        r"|homosexuals|foreigners)\b"
        r" (?:are|should|deserve|must|need to|ought to) (?:\w+ ){0,3}(?:vermin|scum|animals?|subhuman"
        r"|inferior|filth\w*|disgusting"
        r"|die|burn|killed|exterminated|gassed|shot|hanged|parasites?|garbage|trash|cockroach\w*"
        r"|worthless|deported|a (?:disease"
        r"|plague|cancer))",
        r"\b(?:i |we |you should |everyone should |let's )(?:\w+ ){0,2}(?:hate|despise|detest|loathe"
        r"|can'?t stand|exterminate"
        r"|kill|eradicate|gas) (?:all |the |every |those |these )?(?:jews?|muslims?|blacks?|gays?"
        r"|immigrants?|women|trans\w*"
        r"|disabled|mexicans?|arabs?|lesbians?|refugees?|foreigners?)\b",
        r"\b(?:write|create|compose|give me|tell me|make)\b"
        + _NEAR
        + r"\b(?:racist|sexist|homophobic|antisemitic|islamophobic"
        r"|transphobic|hateful|white supremac\w+|nazi) (?:\w+ ){0,2}(?:jokes?|speech|poem|story|manifesto"
        r"|post|article|essay"
        r"|propaganda|content|rant|slogans?|tweets?)",
    ),
)


def harm_risks(matching: str) -> list[Risk]:
    """Risks of plainly harmful content: each kind found, and `harm` for all together."""
    kinds = matched(RULES, matching)
    return [*kinds, risk("harm", combined(kinds))] if kinds else []
