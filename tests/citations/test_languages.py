# ruff: noqa: E501
"""Denials, quantifiers and comparatives in other languages are judged as in English."""

from __future__ import annotations

import pytest

from assistant.citations import Support, verify
from assistant.citations.languages import language_of

SOURCES = {
    "German": "Es wurde kein Plastik in den Proben gefunden. Alle Pumpen wurden vor der Station ausgebracht.",
    "French": "Aucun plastique n'a été observé dans les échantillons. Toutes les bouteilles ont été fermées avant la station.",
    "Spanish": "No se observó plástico en las muestras. Todas las botellas fueron cerradas antes de la estación.",
    "Portuguese": "Não foi observado plástico nas amostras. Todas as garrafas foram fechadas antes da estação.",
    "Norwegian": "Det ble ikke observert plast i prøvene. Alle flaskene ble lukket før stasjonen.",
    "Italian": "Non è stata osservata plastica nei campioni. Tutte le bottiglie sono state chiuse prima della stazione.",
    "Dutch": "Er werd geen plastic in de monsters gevonden. Alle flessen werden gesloten na het station.",
}

TRUE = [
    ("German", "Es wurde kein Plastik in den Proben gefunden."),
    ("German", "Kein Plastik wurde in den Proben gefunden."),
    ("German", "Alle Pumpen wurden vor der Station ausgebracht."),
    ("French", "Aucun plastique n'a été observé dans les échantillons."),
    ("French", "Toutes les bouteilles ont été fermées avant la station."),
    ("Spanish", "No se observó plástico en las muestras."),
    ("Spanish", "Todas las botellas fueron cerradas antes de la estación."),
    ("Portuguese", "Não foi observado plástico nas amostras."),
    ("Norwegian", "Det ble ikke observert plast i prøvene."),
    ("Norwegian", "Plast ble ikke observert i prøvene."),
    ("Italian", "Non è stata osservata plastica nei campioni."),
    ("Dutch", "Er werd geen plastic in de monsters gevonden."),
]

FALSE = [
    ("German", "Es wurde Plastik in den Proben gefunden."),
    ("German", "Plastik wurde in den Proben gefunden."),
    ("German", "Einige Pumpen wurden vor der Station ausgebracht."),
    ("German", "Alle Pumpen wurden nach der Station ausgebracht."),
    ("German", "Keine Pumpen wurden vor der Station ausgebracht."),
    ("German", "Nicht alle Pumpen wurden vor der Station ausgebracht."),
    ("German", "Die Pumpen wurden nie vor der Station ausgebracht."),
    ("French", "Le plastique a été observé dans les échantillons."),
    ("French", "Certaines bouteilles ont été fermées avant la station."),
    ("French", "Les bouteilles n'ont pas été fermées avant la station."),
    ("French", "Toutes les bouteilles ont été fermées après la station."),
    ("Spanish", "Se observó plástico en las muestras."),
    ("Spanish", "Algunas botellas fueron cerradas antes de la estación."),
    ("Spanish", "Ninguna de las botellas fue cerrada antes de la estación."),
    ("Spanish", "Todas las botellas fueron cerradas después de la estación."),
    ("Portuguese", "Foi observado plástico nas amostras."),
    ("Portuguese", "Algumas garrafas foram fechadas antes da estação."),
    ("Portuguese", "As garrafas não foram fechadas antes da estação."),
    ("Portuguese", "Todas as garrafas foram fechadas depois da estação."),
    ("Norwegian", "Det ble observert plast i prøvene."),
    ("Norwegian", "Plast ble observert i prøvene."),
    ("Norwegian", "Noen av flaskene ble lukket før stasjonen."),
    ("Norwegian", "Flaskene ble ikke lukket før stasjonen."),
    ("Norwegian", "Alle flaskene ble lukket etter stasjonen."),
    ("Italian", "È stata osservata plastica nei campioni."),
    ("Italian", "Alcune bottiglie sono state chiuse prima della stazione."),
    ("Italian", "Le bottiglie non sono state chiuse prima della stazione."),
    ("Italian", "Nessuna delle bottiglie è stata chiusa prima della stazione."),
    ("Italian", "Tutte le bottiglie sono state chiuse dopo la stazione."),
    ("Dutch", "Er werd plastic in de monsters gevonden."),
    ("Dutch", "Sommige flessen werden gesloten na het station."),
    ("Dutch", "De flessen werden niet gesloten na het station."),
    ("Dutch", "Alle flessen werden gesloten zonder het station."),
    ("German", "Im Norden wurde kein Plastik in den Proben gefunden."),
]


@pytest.mark.parametrize(("language", "statement"), TRUE)
def test_a_true_sentence_of_another_language_is_supported(language, statement):
    assert verify(statement, SOURCES[language]).support is Support.SUPPORTED


@pytest.mark.parametrize(("language", "statement"), FALSE)
def test_a_denial_or_quantifier_of_another_language_is_seen(language, statement):
    judgement = verify(statement, SOURCES[language])
    assert judgement.support is not Support.SUPPORTED
    assert judgement.reason


def test_a_translation_is_not_taken_for_what_it_translates():
    assert verify("No plastic was found in the samples.", SOURCES["German"]).support is Support.UNSUPPORTED


def test_english_words_stay_english():
    assert language_of("the die was cast in a sin of no more than one pas".split()) == "en"
    source = "No die was found in the mai package, and the sin curve was more than a pas de deux."
    assert verify(source, source).support is Support.SUPPORTED
    assert verify("A die was found in the mai package.", source).support is not Support.SUPPORTED
