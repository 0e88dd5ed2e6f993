"""Templates: every value escaped, numbers with the published value beside them, texts in both languages.

Nothing here knows a page; what they show is in ``park`` and ``overview``, writing them in ``pages``.
"""

from decimal import Decimal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pipelines.reports import amounts
from pipelines.reports.drawing import Words
from pipelines.reports.texts import TEXTS
from pipelines.texts import Language


def environment(language: Language) -> Environment:
    """Templates that escape every value and fail on an undefined one; ``language`` is the one a page opens in."""
    env = Environment(
        loader=PackageLoader("pipelines.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"num": _number, "pct": _percent, "words": spans, "factor": _plain}
    env.globals |= {
        "language": language,
        "t": _text,
        "attr": lambda name, key, **values: _attribute(name, _filled(key, **values), language),
        "attr_words": lambda name, text: _attribute(name, text, language),
        "option": lambda value, text: _option(value, TEXTS[text] if isinstance(text, str) else text, language),
        "TEXTS": TEXTS,
    }
    env.policies["json.dumps_kwargs"] = {"sort_keys": True, "separators": (",", ":")}
    return env


def spans(text: Words) -> Markup:
    """A text in both languages, of which the style sheet shows one; once where both are the same."""
    if text["zh"] == text["en"]:
        return Markup("{}").format(text["zh"])
    return Markup('<span lang="zh-CN">{}</span><span lang="en">{}</span>').format(text["zh"], text["en"])


def _filled(key: str, **values: object) -> Words:
    return {language: said.format(**values) for language, said in TEXTS[key].items()}


def _text(key: str, **values: object) -> Markup:
    return spans(_filled(key, **values))


def _attribute(name: str, text: Words, language: Language) -> Markup:
    """An attribute whose text the page's script changes with the language, such as a label for screen readers."""
    return Markup('{0}="{1}" data-{0}-zh="{2}" data-{0}-en="{3}"').format(
        Markup(escape(name)), text[language], text["zh"], text["en"]
    )


def _option(value: str, text: Words, language: Language) -> Markup:
    return Markup('<option value="{}" data-zh="{}" data-en="{}">{}</option>').format(
        value, text["zh"], text["en"], text[language]
    )


def _number(value: amounts.Number | None, digits: int = 0, column: str = "") -> Markup:
    """A number as text with the published value itself in ``data-value`` and the column it is from."""
    return _carrying(amounts.shown(value, digits), value, column)


def _percent(value: amounts.Number | None, digits: int = 1, column: str = "") -> Markup:
    return _carrying(amounts.percent(value, digits), value, column)


def _carrying(text: str, value: amounts.Number | None, column: str) -> Markup:
    named = Markup(' data-column="{}"').format(column) if column else ""
    return Markup('<span class="num" data-value="{}"{}>{}</span>').format(amounts.exact(value), named, text)


def _plain(value: Decimal | None) -> str:
    """A factor with the digits it has and no more."""
    if value is None:
        return amounts.NOTHING
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
