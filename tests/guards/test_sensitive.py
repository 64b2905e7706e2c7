"""Secrets and personal data: found by form and by check digit, and nothing else."""

from __future__ import annotations

import pytest

from guards.credentials import credentials
from guards.embedded import sensitive
from guards.personal import iban_length, is_card, personal_data
from guards.redaction import without

# Keys are put together here, so that no scanner takes this file for a leak.
SECRETS = {
    "secret.aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "secret.github": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "secret.gitlab": "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
    "secret.slack": "xoxb-" + "123456789012-123456789012-a1B2c3D4e5F6g7H8",
    "secret.openai": "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4",
    "secret.anthropic": "sk-ant-api03-" + "a1B2c3D4e5F6g7H8i9J0k1L2",
    "secret.huggingface": "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH",
    "secret.google": "AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "secret.stripe": "sk_live_" + "a1B2c3D4e5F6g7H8i9J0k1L2",
    "secret.jwt": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dBjftJeZ4CVPmB92K27uhbUJU1p1r",
    "secret.private_key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAAAA\n-----END RSA PRIVATE KEY-----",
    "secret.url_password": "postgres://admin:hunter2x@db.example.org:5432/x",
    "secret.named": 'password = "Tr0ub4dor&3"',
    "secret.bearer": "Authorization: Bearer " + "a1b2c3d4e5f6g7h8i9j0",
}


@pytest.mark.parametrize(("code", "text"), SECRETS.items())
def test_a_secret_is_found_by_its_form(code: str, text: str) -> None:
    found = credentials(f"Here it is: {text} and more.")
    assert [match.code for match in found] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "The password is required. The token is passed on to the server.",
        "No password is needed, see the key: value pairs below",
        "password = os.environ['DB_PASSWORD']",
        "api_key: ${API_KEY}",
        "api_key = YOUR_API_KEY",
        "sk-learn and task-based-learning-of-everything-in-a-row",
        "Key to abbreviations: CTD, ADCP, LADCP, XBT",
        "sha256 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "expocode 33RR20160208, section I09N",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "secret: the dense overflow",
    ],
)
def test_what_only_looks_like_a_secret_is_not_one(text: str) -> None:
    assert credentials(text) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("personal.email", "j.doe+lab@geo.uni-example.de"),
        ("personal.email", "jane [at] example [dot] org"),
        ("personal.card", "4111 1111 1111 1111"),
        ("personal.card", "5500-0055-5555-5559"),
        ("personal.card", "378282246310005"),
        ("personal.iban", "DE89 3704 0044 0532 0130 00"),
        ("personal.iban", "GB82WEST12345698765432"),
        ("personal.phone", "+49 421 218-12345"),
        ("personal.phone", "(206) 555-0123"),
        ("personal.phone", "Tel.: 0421 21 81 23"),
        ("personal.ssn", "123-45-6789"),
    ],
)
def test_personal_data_are_found(code: str, text: str) -> None:
    assert [match.code for match in personal_data(f"Contact {text} today")] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "Station 12 at 33.4567 -45.1234, depth 4321.5 m",
        "2016-02-08 12:34:56, 1994-07-15T00:00:00Z",
        "ORCID 0000-0002-1825-0097",
        "ISBN 978-3-16-148410-0",
        "4111 1111 1111 1112",
        "1234567890123456",
        "0000 0000 0000 0000",
        "DE89 3704 0044 0532 0130 01",
        "34.5672 34.5671 34.5673 34.5670 34.5669",
        "doi:10.1029/2019JC015014, pages 1234-1256",
        "WOCE cast 00101 00201 00301, bottles 1-24",
        "S/N 0123-4567, firmware 2.0.1.555",
        "mail us at the harbour dot",
    ],
)
def test_scientific_numbers_are_not_personal(text: str) -> None:
    assert personal_data(text) == []


def test_check_digits_decide() -> None:
    assert is_card("4111111111111111")
    assert not is_card("4111111111111121")
    assert iban_length("DE89370400440532013000 rest") == 22
    assert iban_length("DE88370400440532013000") == 0
    assert iban_length("XX89370400440532013000") == 0


def test_redacting_and_masking_leave_the_rest_alone() -> None:
    text = f"Write to a@example.org, key {SECRETS['secret.aws']}, card 4111 1111 1111 1111."
    assert without(text, sensitive(text)) == ("Write to [personal: email], key [secret: aws], card [personal: card].")
    masked = without(text, sensitive(text), "mask")
    assert masked.endswith("***************1111.")
    assert "example" not in masked.lower() or "IOSFODNN7" not in masked
    assert len(masked) == len(text)


def test_a_secret_that_is_also_an_address_is_reported_once() -> None:
    assert [match.code for match in sensitive(SECRETS["secret.url_password"])] == ["secret.url_password"]
