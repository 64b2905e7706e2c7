"""Secrets in a text: keys by their published forms, private key blocks, and unlikely strings beside a
telling word.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from guards.redaction import Match

# Each pattern is the form that the issuer documents. Where a form has a check (JWT header), it is used too.
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern))
    for code, pattern in (
        (
            "secret.private_key",
            r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"[\s\S]{0,20000}?(?:-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|\Z)",
        ),
        ("secret.aws", r"(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])"),
        (
            "secret.github",
            r"(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})",
        ),
        (
            "secret.gitlab",
            r"(?<![A-Za-z0-9_-])gl(?:pat|dt|rt|ptt|soat|cbt|ft|imt|agent)-[A-Za-z0-9_.-]{20,64}",
        ),
        ("secret.slack", r"(?<![A-Za-z0-9])xox[abeoprs]-(?:[A-Za-z0-9]{1,64}-){0,4}[A-Za-z0-9]{8,64}"),
        ("secret.slack", r"(?<![A-Za-z0-9])xapp-\d-[A-Z0-9a-z]{8,20}-\d{8,20}-[0-9a-f]{32,128}"),
        ("secret.groq", r"(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{40,80}(?![A-Za-z0-9])"),
        ("secret.databricks", r"(?<![A-Za-z0-9])dapi[0-9a-f]{32}(?:-\d)?(?![A-Za-z0-9])"),
        ("secret.shopify", r"(?<![A-Za-z0-9])shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}(?![A-Za-z0-9])"),
        ("secret.mailgun", r"(?<![A-Za-z0-9])key-[0-9a-f]{32}(?![A-Za-z0-9])"),
        (
            "secret.discord",
            r"(?<![A-Za-z0-9_.-])[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])",
        ),
        ("secret.slack", r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,100}"),
        ("secret.anthropic", r"(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{20,200}"),
        ("secret.openai", r"(?<![A-Za-z0-9])sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_-]{20,200}"),
        ("secret.huggingface", r"(?<![A-Za-z0-9])(?:hf|api_org)_[A-Za-z]{30,60}(?![A-Za-z])"),
        ("secret.google", r"(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
        ("secret.google", r"(?<![A-Za-z0-9])(?:ya29\.[A-Za-z0-9_-]{20,300}|GOCSPX-[A-Za-z0-9_-]{28})"),
        ("secret.stripe", r"(?<![A-Za-z0-9])(?:sk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{24,128}"),
        ("secret.sendgrid", r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
        ("secret.twilio", r"(?<![A-Za-z0-9])(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])"),
        ("secret.npm", r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
        ("secret.pypi", r"(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{50,255}"),
        ("secret.digitalocean", r"(?<![A-Za-z0-9])do[oprt]_v1_[0-9a-f]{64}"),
        ("secret.telegram", r"(?<![A-Za-z0-9])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
        ("secret.azure", r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,100}={0,2}"),
        (
            "secret.jwt",
            r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{10,1000}",
        ),
        (
            "secret.url_password",
            r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s:/@]{1,80}:[^\s:/@]{3,120}@[A-Za-z0-9.-]{1,200}",
        ),
        ("secret.bearer", r"(?i:authorization)\s?:\s?(?i:bearer|basic|token)\s[A-Za-z0-9._~+/=-]{16,2000}"),
    )
)
_NAMED = re.compile(
    r"(?i)(?<![a-z])(?:pass(?:word|wd|phrase|code)?|pwd|secret(?:[_-]?(?:key|access[_-]?key))?"
    r"|api[_-]?key|apikey"
    r"|access[_-]?(?:key|token)|auth[_-]?token|client[_-]?secret|private[_-]?key|credentials?"
    r"|encryption[_-]?key"
    r"|token|kennwort|passwort|mot de passe|contrasena|contraseña|senha)"
    r"(?P<link>\s{0,3}(?:is|are|ist|est|es|:=|=>|=|:)\s{0,3})"
    r"(?P<quote>[\"'`]?)(?P<value>[^\s\"'`,;<>]{4,200})(?P=quote)"
)
_PLACEHOLDER = re.compile(
    r"(?i)^(?:x{3,}|\*{3,}|\.{3,}|<.*|\$\{.*|\$[a-z_]+|\{\{.*|%\w+%|your[_-].*|changeme|none|null|true"
    r"|false|required"
    r"|optional|string|str|example.*|password|secret|token|redacted|\[.*|.*\(\)?|os\.environ.*|getenv.*"
    r"|env\..*|not|the"
    r"|a|an|in|set|used|needed|wrong|stored|for|on|to)[.:]?$"
)
_STRING = re.compile(r"(?<![A-Za-z0-9+/=_.-])[A-Za-z0-9+/=_-]{24,128}(?![A-Za-z0-9+/=_-])")
_TELLING = re.compile(r"(?i)key|token|secret|passw|credential|auth|bearer")


def credentials(text: str) -> list[Match]:
    """Every secret of a known form in the text, in order, none overlapping.

    >>> [match.code for match in credentials("aws_access_key_id = AKIAIOSFODNN7EXAMPLE")]
    ['secret.aws']
    """
    found: list[Match] = []
    for code, pattern in _FORMS:
        for match in pattern.finditer(text):
            if _plausible(code, match[0]):
                _add(found, Match(code, match.start(), match.end(), 0.97))
    for match in _NAMED.finditer(text):
        value = match["value"].rstrip(".)")
        if _looks_secret(value, named_by_word="=" not in match["link"] and ":" not in match["link"]):
            start = match.start("value")
            _add(found, Match("secret.named", start, start + len(value), 0.85))
    for match in _STRING.finditer(text):
        near = text[max(0, match.start() - 40) : match.start()]
        if _TELLING.search(near) and _entropy(match[0]) > 3.8 and _mixed(match[0]):
            _add(found, Match("secret.high_entropy", match.start(), match.end(), 0.75))
    return sorted(found, key=lambda match: match.start)


def _add(found: list[Match], new: Match) -> None:
    if not any(old.start < new.end and new.start < old.end for old in found):
        found.append(new)


def _plausible(code: str, value: str) -> bool:
    if code == "secret.openai":
        # `sk-` also starts ordinary hyphenated names; real keys mix digits and letters.
        return _mixed(value) and _entropy(value) > 3.5
    if code == "secret.url_password":
        password = value.split("://", 1)[1].split(":", 1)[1].split("@", 1)[0]
        return not _PLACEHOLDER.match(password)
    return True


def _looks_secret(value: str, *, named_by_word: bool) -> bool:
    if len(value) < 4 or _PLACEHOLDER.match(value):
        return False
    kinds = sum(
        (any(c.islower() for c in value), any(c.isupper() for c in value), any(c.isdigit() for c in value))
    ) + any(not c.isalnum() for c in value)
    # "the password is hunter2" is one; "the token is passed on" and "key: value" are not.
    return kinds >= 2 and len(value) >= 6 and (not named_by_word or any(c.isdigit() for c in value))


def _mixed(value: str) -> bool:
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _entropy(value: str) -> float:
    """Shannon entropy in bits per character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())
