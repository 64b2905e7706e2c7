"""The names of the risks that the embedded guard knows. Codes nest by dots: a policy for `secret` covers
`secret.aws`."""

from __future__ import annotations

from guards.verdict import Risk

NAMES: dict[str, str] = {
    "injection": "Instructions meant for the assistant",
    "injection.override": "Tells the assistant to drop its instructions",
    "injection.frame": "Imitates the frame of a system message, a tool result or a chat template",
    "injection.addressed": "Addresses a language model inside a text",
    "injection.exfiltration": "Tries to send data to another place",
    "injection.concealment": "Tells the assistant to hide something from the user",
    "injection.tool": "Tells the assistant to run a tool or a command",
    "injection.answer": "Dictates what the answer has to say",
    "injection.leak": "Asks for the hidden instructions",
    "jailbreak": "Tries to talk the assistant out of its rules",
    "jailbreak.persona": "Sets up a persona without rules",
    "harm": "Harmful request or content",
    "harm.weapons": "Weapons, explosives or poisons",
    "harm.violence": "Violence against people or animals",
    "harm.self_harm": "Suicide or self-harm",
    "harm.child": "Sexual content about children",
    "harm.cyber": "Break-in, malware or fraud by computer",
    "harm.crime": "Theft, fraud, drugs or other crime",
    "harm.hate": "Hatred of a group of people",
    "hidden": "Hidden or deceptive characters",
    "hidden.text": "Text that a reader of the page does not see",
    "hidden.tags": "Invisible tag characters that spell a text",
    "hidden.selectors": "Variation selectors that carry data",
    "hidden.invisible": "Invisible characters inside words",
    "hidden.bidi": "Characters that change the reading direction",
    "hidden.homoglyph": "Look-alike letters of another script inside words",
    "encoded": "Encoded instructions",
    "secret": "A password, key or token",
    "personal": "Personal data",
    "personal.email": "An e-mail address",
    "personal.phone": "A telephone number",
    "personal.card": "A payment card number",
    "personal.iban": "A bank account number (IBAN)",
    "personal.ssn": "A social security number",
    "canary": "Text of the hidden instructions",
    "argument": "A tool argument taken from a document",
}


def risk(code: str, score: float) -> Risk:
    """A risk with its name from the table; a secret's kind is named after its code."""
    name = NAMES.get(code)
    if name is None:
        family = code.split(".", 1)[0]
        detail = code.split(".", 1)[-1].replace("_", " ")
        name = f"{NAMES.get(family, family)}: {detail}"
    return Risk(code, name, max(0.0, min(1.0, float(score))))
