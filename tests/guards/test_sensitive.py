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
    "secret.groq": "gsk_" + "a1B2c3D4e5" * 5 + "F6",
    "secret.databricks": "dapi" + "0123456789abcdef" * 2,
    "secret.shopify": "shpat_" + "0123456789abcdef" * 2,
    "secret.mailgun": "key-" + "0123456789abcdef" * 2,
    "secret.discord": "MTIzNDU2Nzg5MDEyMzQ1Njc4" + ".GaBcDe." + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4",
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


INNOCENT = (
    "doi 10.1029/2019JC015377, arXiv:2412.07724v2, PMID 31452104, ORCID 0000-0002-1825-0097",
    "WMO numbers 6903240 6903241 6903242; EXPOCODE 325020210420; bottle file 33RO20200321_hy1.csv",
    "Position 54\u00b0 19.7' N 010\u00b0 08.9' E, 59.913900 10.752200, at 2021-04-20 14:35:22 UTC",
    "sha256 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "git commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad, UUID 550e8400-e29b-41d4-a716-446655440000",
    "serial numbers SBE 43-2397 and 4F-1123; CRM batches 178, 180, 187 and 192",
    "ISBN 978-3-16-148410-0, ISSN 0148-0227",
    "Depths 1000 1500 2000 2500 3000 3500 4000, salinity 34.9102 34.9098 34.9104 34.9101",
    "token: the key of the table is the station number; pass: 3 of 5; keyword: salinity",
)


@pytest.mark.parametrize("text", INNOCENT)
def test_the_numbers_of_a_cruise_report_are_neither_secret_nor_personal(text: str) -> None:
    assert sensitive(text) == []


@pytest.mark.parametrize(
    "iban",
    [
        "DE89 3704 0044 0532 0130 00",
        "FR14 2004 1010 0505 0001 3M02 606",
        "GB29NWBK60161331926819",
        "NL91 ABNA 0417 1643 00",
        "NO93 8601 1117 947",
        "ES91 2100 0418 4502 0005 1332",
        "IT60X0542811101000000123456",
    ],
)
def test_an_account_of_any_country_is_found_and_one_with_a_wrong_digit_is_not(iban: str) -> None:
    assert [one.code for one in sensitive(f"Pay to {iban} please")] == ["personal.iban"]
    wrong = iban[:2] + ("00" if iban[2:4] != "00" else "01") + iban[4:]
    assert "personal.iban" not in [one.code for one in sensitive(f"Pay to {wrong} please")]
