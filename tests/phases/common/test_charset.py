"""Bytes become the right text, whoever is wrong about them."""

from __future__ import annotations

import codecs

import pytest

from phases.common.charset import decode

FRENCH = "Où est le café ? Là-bas, à côté de l’église — naïve."
RUSSIAN = "Москва объявила о новой модели машинного обучения для обработки текстов на русском языке. " * 5
JAPANESE = "人工知能の新しいモデルが発表されました。研究者は結果を公開しています。" * 5
CHINESE = "人工智能公司今天发布了新的语言模型，研究人员表示结果非常好。" * 5


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (FRENCH.encode(), "text/html; charset=utf-8", FRENCH),
        (FRENCH.encode(), "text/html; charset=iso-8859-1", FRENCH),
        (FRENCH.encode(), "", FRENCH),
        (FRENCH.encode("cp1252"), "text/html; charset=utf-8", FRENCH),
        (FRENCH.encode("cp1252"), "text/html; charset=ISO-8859-1", FRENCH),
        (FRENCH.encode("cp1252"), 'text/html; charset="latin1"', FRENCH),
        (RUSSIAN.encode("cp1251"), "text/xml; charset=windows-1251", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "", RUSSIAN),
        (JAPANESE.encode("cp932"), "text/html; charset=Shift_JIS", JAPANESE),
        (JAPANESE.encode("iso2022_jp"), "text/html; charset=iso-2022-jp", JAPANESE),
        (CHINESE.encode("gb18030"), "text/html; charset=GB2312", CHINESE),
        (codecs.BOM_UTF8 + FRENCH.encode(), "text/html; charset=latin1", FRENCH),
        (codecs.BOM_UTF16_LE + FRENCH.encode("utf-16-le"), "text/html; charset=utf-8", FRENCH),
        (codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be"), "", FRENCH),
        (b"plain", "text/html; charset=utf-16", "plain"),
        (b"plain", "text/html; charset=nonsense", "plain"),
        (b"", "", ""),
    ],
)
def test_header_and_bytes(body: bytes, content_type: str, text: str) -> None:
    assert decode(body, content_type) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f'<?xml version="1.0" encoding="windows-1251"?><t>{RUSSIAN}</t>', "cp1251"),
        (f"<?xml version='1.0' encoding='ISO-8859-1'?><t>{FRENCH}</t>", "cp1252"),
        (f'<html><head><meta charset="shift_jis"></head>{JAPANESE}', "cp932"),
        (f'<html><head><meta http-equiv="x" content="text/html; charset=gbk">{CHINESE}', "gb18030"),
        (f'<?xml version="1.0" encoding="utf-16"?><t>{FRENCH}</t>', "utf-16-le"),
        (f'<?xml version="1.0" encoding="utf-16"?><t>{FRENCH}</t>', "utf-16-be"),
        (f'<?xml version="1.0" encoding="utf-16"?><t>{FRENCH}</t>', "utf-8"),
    ],
)
def test_declarations_count_where_the_header_is_silent(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "text/xml") == text


@pytest.mark.parametrize("label", ["hex", "rot13", "zlib", "idna", "punycode", "unicode_escape", "utf-7", "undefined"])
def test_codecs_that_are_no_text_encodings_are_not_used(label: str) -> None:
    assert decode(b"a\\u0041 +AGE- xn--a", f"text/html; charset={label}") == "a\\u0041 +AGE- xn--a"


@pytest.mark.parametrize("body", [bytes(range(256)), b"\xff" * 10, b"\x81\x8d\x8f\x90\x9d", b"\xc3", bytes(3)])
def test_any_bytes_give_storable_text(body: bytes) -> None:
    decode(body, "text/html; charset=utf-8").encode()
