"""An OPML outline tree, as feed readers export it, as entries of a source list."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from ace.errors import ConfigError
from phases.news.source_formats import Entry, all_or_error, plain_name, wrong_url


def from_opml(raw: bytes, where: str) -> list[Entry]:
    """Entries of an OPML outline tree: xmlUrl, title or text, and as category the nearest outline above.

    Entity declarations are refused, so that a small file cannot grow in memory or read other files.
    """
    reader = _OpmlReader(where)
    try:
        reader.parser.Parse(raw, True)  # noqa: FBT003 (expat takes no keyword)
    except expat.ExpatError as error:
        message = f"{where}: line {error.lineno}, column {error.offset + 1}: {expat.ErrorString(error.code)}"
        raise ConfigError(message, hint="export the OPML file again, or check it with an XML editor") from None
    return all_or_error(reader.entries, reader.errors, where)


class _OpmlReader:
    """Expat's handlers. `path` holds, for each open outline, the category that it gives to those below it."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.entries: list[Entry] = []
        self.errors: list[str] = []
        self.path: list[str] = []
        self.started = False
        self.parser = expat.ParserCreate()
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _refuse_entity(self, name: str, *_: object) -> NoReturn:
        line = self.parser.CurrentLineNumber
        message = f"{self.where}: line {line}: declares the entity {name!r}, which a source list may not"
        raise ConfigError(message, hint="remove the DOCTYPE from the file")

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if not self.started and element.lower() != "opml":
            message = (
                f"{self.where}: line {self.parser.CurrentLineNumber}: <{element}> is not the start of an OPML list"
            )
            raise ConfigError(message, hint="for a single feed, give its http(s) address instead of the file")
        self.started = True
        if element.lower() == "outline":
            self._outline({key.lower(): value.strip() for key, value in attributes.items()})

    def _outline(self, attributes: dict[str, str]) -> None:
        name = plain_name(attributes.get("title") or attributes.get("text") or "")
        above = self.path[-1] if self.path else ""
        feed = attributes.get("xmlurl", "")
        self.path.append(above if feed else name or above)
        line = self.parser.CurrentLineNumber
        if attributes.get("type", "").lower() in {"rss", "atom"} and not feed:
            self.errors.append(f"line {line}: the outline {name!r} has no xmlUrl")
        elif feed and (wrong := wrong_url(feed)):
            self.errors.append(f"line {line}: {wrong}")
        elif feed:
            site = attributes.get("htmlurl", "")
            site = "" if wrong_url(site) else site
            self.entries.append(Entry(feed, f"{self.where}: line {line}", name=name, category=above, site=site))

    def _end(self, element: str) -> None:
        if element.lower() == "outline":
            self.path.pop()
