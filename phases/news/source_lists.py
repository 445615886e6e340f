"""From what `--sources` names to one clean list of sources.

A value is one of: the word `sample` (the shipped sample site), the word `builtin` (sources.json beside this file), a
JSON, OPML or text file, a folder of such files, the http(s) address of a list (it ends in .json, .opml or .txt), or
the address of a feed itself. Values add up, in their order; a feed named twice is one source, the first one named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ace.errors import ConfigError
from phases.common.text import scrub, shorten, slug
from phases.news import source_formats
from phases.news.source_formats import Entry
from phases.news.source_opml import from_opml

BUILT_IN = Path(__file__).with_name("sources.json")
DEFAULT_WEIGHT = 0.5  # a source about which nothing is known is neither trusted nor distrusted
OTHER: dict[str, Any] = {"id": "other", "name": "Other", "keywords": []}  # category of a source whose list gives none
LIST_ENDINGS = (".json", ".opml", ".txt")
MAX_LIST_BYTES = 10_000_000  # some 50,000 sources; more is a wrong file
SHOWN_CHARS = 120  # of a value in a message: one line of a terminal
HELP = "give a .json, .opml or .txt file, a folder of them, an http(s) address, or the word sample or builtin"

Download = Callable[[str], bytes]
Source = dict[str, Any]


@dataclass(frozen=True)
class SourceList:
    """Clean sources with the categories they use. `sample` and `only_sample`: the sample is in it, or nothing else."""

    sources: list[Source]
    categories: list[dict[str, Any]]
    sample: bool
    only_sample: bool
    problems: list[str]


def load(values: Sequence[str], categories: list[dict[str, Any]], download: Download) -> SourceList:
    """Read every value and merge what they name; no value at all means the built-in list.

    values      as documented above
    categories  [{id, name, keywords}]; a category that is not among them, by id or name, is added without keywords
    download    fetches the text of a remote list; raises ConfigError when it cannot

    Raises ConfigError naming value, file, entry and line for anything that is wrong, and when no source remains.
    """
    named = [value.strip() for value in values] or ["builtin"]
    entries = [entry for value in named for entry in read(value, download)]
    if not entries:
        message = f"no source in {', '.join(map(shown, named))}"
        raise ConfigError(message, hint=HELP)
    kept, problems = merge(entries)
    grown = _with_added_categories(kept, categories)
    sources = _with_ids(kept, grown)
    is_sample = [value == "sample" for value in named]
    return SourceList(sources, grown, any(is_sample), all(is_sample), problems)


def read(value: str, download: Download) -> list[Entry]:
    """The entries that one value names, in their order. Raises ConfigError."""
    if value == "sample":
        return sample()
    if value == "builtin":
        return parse(BUILT_IN.read_bytes(), ".json", BUILT_IN.name)
    if value.lower().startswith(("http://", "https://")):
        return _remote(value, download)
    return _local(Path(value).expanduser(), value)


def sample() -> list[Entry]:
    """The entries of the shipped sample site, which scraping serves over loopback."""
    from phases.news.samples import site  # noqa: PLC0415 (its articles are read only when asked for)

    return [Entry(**row, where="sample") for row in site.sources()]


def parse(raw: bytes, ending: str, where: str) -> list[Entry]:
    """Entries of a list's bytes by its file ending; with another ending, by its first character."""
    if ending == ".opml" or (ending not in LIST_ENDINGS and raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")):
        return from_opml(raw, where)
    text = source_formats.decode(raw, where)
    if ending == ".json" or (ending not in LIST_ENDINGS and text.lstrip()[:1] in {"[", "{"}):
        return source_formats.from_json(text, where)
    return source_formats.from_lines(text, where)


def read_file(path: Path, where: str) -> bytes:
    """The bytes of a list or context file. Raises ConfigError when it cannot be read or is too large."""
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
            message = f"{where}: larger than {MAX_LIST_BYTES} bytes"
            raise ConfigError(message, hint="is this the right file?")
        return path.read_bytes()
    except OSError as error:
        message = f"{where}: {error.strerror or error}"
        raise ConfigError(message, hint="check the file's name and rights") from None


def merge(entries: Iterable[Entry]) -> tuple[list[Entry], list[str]]:
    """Entries without repeated feeds, the first of each kept, and a note for each that was left out."""
    first: dict[str, Entry] = {}
    problems = []
    for entry in entries:
        known = first.setdefault(feed_key(entry.feed), entry)
        if known is not entry:
            problems.append(
                f"{entry.where}: {shown(entry.feed)} was named before ({known.where}); the first one counts"
            )
    return list(first.values()), problems


def feed_key(feed: str) -> str:
    """Equal for addresses of the same feed: scheme, letter case of the host, default port, last slash do not count."""
    parts = urlsplit(feed)
    default = {"http": 80, "https": 443}[parts.scheme.lower()]
    port = "" if parts.port in {None, default} else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{(parts.hostname or '').lower()}{port}{parts.path.rstrip('/')}{query}"


def shown(value: str) -> str:
    """A value as it may appear in a message: one line, printable, not endless."""
    return repr(shorten(scrub(value), SHOWN_CHARS))


def _remote(address: str, download: Download) -> list[Entry]:
    if wrong := source_formats.wrong_url(address):
        message = f"sources: {wrong}"
        raise ConfigError(message, hint=HELP)
    ending = Path(urlsplit(address).path).suffix.lower()
    if ending in LIST_ENDINGS:
        return parse(download(address), ending, address)
    return [Entry(address, where=shown(address))]


def _local(path: Path, value: str) -> list[Entry]:
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):
        is_folder = is_file = False
    if is_folder:
        return _folder(path, value)
    if not is_file:
        message = f"sources: there is no file or folder {shown(value)}"
        raise ConfigError(message, hint=HELP)
    return parse(read_file(path, value), path.suffix.lower(), value)


def _folder(folder: Path, value: str) -> list[Entry]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in LIST_ENDINGS and path.is_file())
    if not files:
        message = f"sources: the folder {shown(value)} holds no {', '.join(LIST_ENDINGS)} file"
        raise ConfigError(message, hint=HELP)
    names = [(path, f"{value.rstrip('/')}/{path.name}") for path in files]
    return [entry for path, name in names for entry in parse(read_file(path, name), path.suffix.lower(), name)]


def _with_added_categories(entries: list[Entry], categories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    grown = list(categories)
    for entry in entries:
        if _category_id(entry, grown) is None:
            grown.append(
                {"id": slug(entry.category), "name": entry.category, "keywords": []} if entry.category else OTHER
            )
    return grown


def _category_id(entry: Entry, categories: list[dict[str, Any]]) -> str | None:
    wanted = slug(entry.category or OTHER["name"])
    return next((row["id"] for row in categories if wanted in {row["id"], slug(row["name"])}), None)


def _with_ids(entries: list[Entry], categories: list[dict[str, Any]]) -> list[Source]:
    """Sources in the shape of the artifact. Equal names get ids with -2, -3 …, in the order of the lists."""
    taken: set[str] = set()
    sources = []
    for entry in entries:
        name = entry.name or (urlsplit(entry.feed).hostname or "").removeprefix("www.")
        wanted = slug(entry.id or name)
        numbered = (f"{wanted}-{number}" if number > 1 else wanted for number in range(1, len(entries) + 2))
        unique = next(candidate for candidate in numbered if candidate not in taken)
        taken.add(unique)
        row = {"id": unique, "name": name, "feed": entry.feed, "category": _category_id(entry, categories)}
        weight = DEFAULT_WEIGHT if entry.weight is None else entry.weight
        sources.append({**row, "weight": weight} | ({"site": entry.site} if entry.site else {}))
    return sources
