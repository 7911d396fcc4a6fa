"""Pure: what tells the parts of one work apart: numbers in digits or words of many tongues, and keys of music."""

import re

_NUMBER = re.compile(r"\d+")
# In the order of the numbers; `|` parts spellings and tongues. What is an article too, or another common word, is left.
_CARDINALS = (
    "one|uno|eins|odin", "two|deux|zwei|dos|due|dva",
    "three|trois|drei|tres|tre|tri", "four|quatre|vier|cuatro|quattro",
    "five|cinq|funf|cinco|cinque|pyat", "six|sechs|seis|shest", "seven|sept|sieben|siete|sette|sem",
    "eight|huit|acht|ocho|otto|vosem", "nine|neuf|neun|nueve|nove|devyat", "ten|dix|zehn|diez|dieci|desyat",
    "eleven|onze|elf|once|undici", "twelve|douze|zwolf|doce|dodici", "thirteen|treize|dreizehn|trece",
    "fourteen|quatorze|vierzehn|catorce", "fifteen|quinze|funfzehn|quince", "sixteen|seize|sechzehn",
    "seventeen|siebzehn", "eighteen|achtzehn", "nineteen|neunzehn", "twenty|vingt|zwanzig|veinte",
)  # fmt: skip
_ORDINALS = (
    "1st|first|premier|premiere|erste|erster|erstes|primer|primera|primo|prima|pervyi|pervaya|pervoe",
    "2nd|second|seconde|deuxieme|zweite|zweiter|zweites|segundo|segunda|seconda|vtoroi|vtoraya|vtoroe",
    "3rd|third|troisieme|dritte|dritter|drittes|tercero|tercera|tercer|terzo|terza|tretii|tretya",
    "4th|fourth|quatrieme|vierte|vierter|viertes|cuarto|cuarta|quarto|quarta|chetvertyi|chetvertaya",
    "5th|fifth|cinquieme|funfte|funfter|funftes|quinto|quinta|pyatyi|pyataya", "6th|sixth|sixieme|sechste|sechster",
    "7th|seventh|septieme|siebte|siebter", "8th|eighth|huitieme|achte|achter", "9th|ninth|neuvieme|neunte|neunter",
    "10th|tenth|dixieme|zehnte|zehnter",
)  # fmt: skip
_VALUES = {
    word: number
    for words in (_CARDINALS, _ORDINALS)
    for number, spellings in enumerate(words, start=1)
    for word in spellings.split("|")
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
# Tongues name the same two keys, and the same two steps.
_KEYS = {
    word: mark
    for mark, words in {
        "major": "major|dur|majeur|mayor|maggiore|mazhor",
        "minor": "minor|moll|mineur|menor|minore|minor",
        "flat": "flat|bemol|bemolle",
        "sharp": "sharp|diese|sostenido|diesis",
    }.items()
    for word in words.split("|")
}


def telling_marks(title: str) -> set[str]:
    """Of a normalised title: its numbers in digits, and its keys."""
    marks = set(_NUMBER.findall(title))
    words = title.split()
    for place, word in enumerate(words):
        if word in _TENS:
            following = _VALUES.get(words[place + 1], 0) if place + 1 < len(words) else 0
            marks.add(str(_TENS[word] + (following if following < 10 else 0)))
        elif word in _VALUES and not (place and words[place - 1] in _TENS and _VALUES[word] < 10):
            marks.add(str(_VALUES[word]))
        elif word in _KEYS:
            marks.add(_KEYS[word])
    # `Part A`, `Side B`; an article and a pronoun are no letters.
    if len(words) > 1 and len(words[-1]) == 1 and words[-1].isalpha() and words[-1] not in "ioy":
        marks.add(words[-1])
    return marks
