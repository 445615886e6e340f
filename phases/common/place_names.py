"""Countries, regions and the cities that news about technology comes from, for where no recogniser is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phases.common.entity_patterns import Span

_NAMES = """
US, U.S., USA, United States, America, UK, U.K., United Kingdom, Britain, England, Scotland, Wales, Ireland, Europe
Asia, Africa, Latin America, South America, North America, Middle East, China, Taiwan, Hong Kong, Japan, South Korea
North Korea, India, Pakistan, Bangladesh, Sri Lanka, Singapore, Malaysia, Indonesia, Vietnam, Thailand, Philippines
Australia, New Zealand, Russia, Ukraine, Belarus, Kazakhstan, Germany, France, Italy, Spain, Portugal, Netherlands
Belgium, Luxembourg, Austria, Switzerland, Poland, Czech Republic, Hungary, Romania, Bulgaria, Greece, Serbia
Croatia, Sweden, Norway, Denmark, Finland, Iceland, Estonia, Latvia, Lithuania, Turkey, Israel, Iran, Iraq, Syria
Lebanon, Egypt, Saudi Arabia, United Arab Emirates, UAE, Qatar, Kuwait, Abu Dhabi, Dubai, Riyadh, Tel Aviv, Nigeria
Kenya, Ethiopia, Ghana, South Africa, Morocco, Canada, Mexico, Brazil, Argentina, Chile, Colombia, Peru, Venezuela
California, Texas, Virginia, Arizona, Ohio, Oregon, Nevada, Utah, Florida, Massachusetts, New York, New York City
New Jersey, Silicon Valley, San Francisco, Bay Area, Los Angeles, Seattle, Boston, Chicago, Austin, Washington
Toronto, Montreal, Vancouver, London, Cambridge, Oxford, Paris, Berlin, Munich, Brussels, Amsterdam, Zurich, Geneva
Dublin, Madrid, Barcelona, Milan, Rome, Stockholm, Copenhagen, Helsinki, Oslo, Warsaw, Prague, Vienna, Lisbon, Kyiv
Moscow, Beijing, Shanghai, Shenzhen, Hangzhou, Taipei, Hsinchu, Tokyo, Seoul, Bangalore, Bengaluru, Mumbai
New Delhi, Delhi, Sydney, Melbourne, Davos
"""
_LONGEST_FIRST = sorted(re.split(r",\s|\n", _NAMES.strip()), key=lambda name: (-len(name), name))
_PLACES = re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(name) for name in _LONGEST_FIRST)})(?![\w-]|\.\w)")


def find_places(text: str) -> Iterator[Span]:
    yield from (Span(match.start(), match.end(), "place") for match in _PLACES.finditer(text))
