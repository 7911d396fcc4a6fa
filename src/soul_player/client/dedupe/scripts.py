"""Pure: a title of any script, with its words for versions in English, its counting in digits, and plain brackets."""
# ruff: noqa: RUF001  # letters of other scripts are what it is about

import re
import unicodedata

_BRACKETS = str.maketrans("【】〔〕", "()()")
# `Title ~Acoustic~`, `Title -Instrumental-`.
_WAVES = re.compile(r"\s*[~〜]([^~〜()]+)[~〜]\s*$")
_DASHES = re.compile(r"\s+-([^\s-][^-]*)-\s*$")
# What stands behind `kontsert` when it is a concerto stays.
_WORDS = {
    "live": (
        r"ライ[ブヴ]", r"라이브", r"演唱[会會]", r"[现現]場版?", r"现场版?", r"公演", r"コンサート", r"武道館",
        r"\bконцертн\w+(?: запись| версия)?", r"\bконцерт\b(?! для| №)", r"\bживая запись\b", r"\bживое исполнение\b",
        r"\bживь[её]м\b",
    ),
    "remix": (r"リミックス", r"리믹스", r"混音", r"\bремикс\w*"),
    "karaoke": (
        r"カラオケ", r"オフボーカル", r"노래방", r"반주", r"伴奏", r"卡拉ok", r"\bкараоке\b",
        r"\bминусовк\w+", r"(?<=\()минус(?=\))",
    ),
    "instrumental": (r"インスト(?:ゥルメンタル)?", r"인스트루멘탈", r"[纯純]音[乐樂]", r"\bинструментал\w*"),
    "acoustic": (r"アコースティック", r"어쿠스틱", r"不插[电電]", r"\bакусти(?:к|ческ)\w*"),
    "demo": (r"デモ(?![ァ-ヿ])", r"데모", r"\bдемо\b"),
    "cover": (r"カ(?:バ|ヴァ)ー", r"オルゴール", r"오르골", r"커버", r"翻唱", r"\bкавер\b"),
    "version": (r"(?:バ|ヴァ)ージョン", r"버전", r"(?<=\w)版(?=\s*[)\]]|\s*$)", r"\bверсия\b"),
}  # fmt: skip
_SPELLED = tuple(
    (re.compile("|".join(patterns), re.IGNORECASE), f" {english} ") for english, patterns in _WORDS.items()
)
_NUMERALS = "〇一二三四五六七八九"
_COUNTED = re.compile(f"第([{_NUMERALS}]*)(十?)([{_NUMERALS}]?)(?=[^\\s\\d])")


def spell(text: str) -> str:
    """Spelling twice changes nothing."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
        for pattern, english in _SPELLED:
            text = pattern.sub(english, text)
        text = _COUNTED.sub(_digits, text)
    if "~" in text or "〜" in text:
        text = _WAVES.sub(r" (\1)", text)
    return _DASHES.sub(r" (\1)", text) if text.rstrip().endswith("-") else text


def is_in_another_script(title: str) -> bool:
    """Whether most of its letters are of another script than the one that most tags are in."""
    if title.isascii():
        return False
    letters = [char for char in title if char.isalpha()]
    return 2 * sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters) > len(letters)


def _digits(found: re.Match[str]) -> str:
    """The number behind the sign for `the ...th`, up to 99; longer rows of signs are read one by one."""
    tens, ten, ones = found.groups()
    if not (tens or ten or ones):
        return found.group(0)
    if not ten:
        return f" {_number(tens + ones)} "
    return f" {_number(tens or '一') * 10 + _number(ones)} "


def _number(signs: str) -> int:
    return int("".join(str(_NUMERALS.index(sign)) for sign in signs) or "0")
