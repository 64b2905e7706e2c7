"""Letters of other scripts that look like Latin ones, for matching only.

The pairs are those that a reader cannot tell apart in common fonts: Cyrillic, Greek, Armenian, Cherokee,
Canadian syllabics, small capitals and the letters that NFKC leaves alone. Keys are lower case, because
matching text is.
"""

from __future__ import annotations

_PAIRS = {
    "a": "аαɑᴀΑА",
    "b": "ЬʙВΒᖯ",
    "c": "сϲᴄСᏟ",
    "d": "ԁɗᴅᏧᑯ",
    "e": "еєҽɛεᴇЕΕЀѐё",
    "f": "ғƒꜰϝ",
    "g": "ɡցɢԍᏀ",
    "h": "һհʜНΗᏂ",
    "i": "іιıɩɪІΙїӏ",
    "j": "јʝϳᴊЈᒍ",
    "k": "кκᴋКΚҟ",
    "l": "ⅼӀʟᏞ",
    "m": "мᴍМΜ",
    "n": "ոпɴΝη",
    "o": "оοσօᴏОΟ",
    "p": "рρᴘРΡ",
    "q": "ԛգ",
    "r": "гʀᴦᏒ",
    "s": "ѕꜱЅՏᏚ",
    "t": "тτᴛТΤ",
    "u": "υսᴜцʊ",
    "v": "νѵᴠᏙ",
    "w": "ѡԝωᴡѿᏔ",
    "x": "хχХΧ",
    "y": "уүγʏУΥ",
    "z": "ᴢʐΖᏃ",
}

#: Translation table for `str.translate`: code point of the look-alike to its Latin letter.
FOLD: dict[int, str] = {ord(other): latin for latin, others in _PAIRS.items() for other in others}
