"""A PDF as a scanner, a copier or a fax would give it: pictures of its pages, askew, blurred, noisy, faint."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pymupdf

NOISE_SEED = 5
SPECKS = 0.0006  # share of the pixels of a fax that are dark without cause


class Scanner(NamedTuple):
    """How a page is spoiled: dots per inch; degrees askew; blur in pixels of a page of 200 dpi; noise and paper in grey
    levels of 255; contrast of the ink; JPEG quality, None for black and white.
    """

    dpi: int
    skew: float
    blur: float
    noise: float
    paper: int
    contrast: float
    quality: int | None


SCANNERS = {
    "130 jpeg": Scanner(130, 0.6, 0.5, 4, 250, 1.0, 55),
    "150 grey": Scanner(150, -0.8, 0.6, 6, 205, 0.8, 75),
    "150 askew": Scanner(150, 1.9, 0.5, 3, 245, 1.0, 80),
    "200 clean": Scanner(200, 0.5, 0.4, 2, 255, 1.0, 90),
    "200 askew": Scanner(200, -1.4, 0.6, 5, 240, 0.9, 70),
    "300 jpeg": Scanner(300, 0.8, 0.9, 6, 235, 0.9, 50),
    "200 fax": Scanner(200, 0.7, 0.5, 10, 235, 1.0, None),
    "200 faint": Scanner(200, -0.5, 0.8, 8, 250, 0.5, 60),
    "90 screen": Scanner(90, 0.0, 0.0, 0, 255, 1.0, 80),
}


def two(number: int) -> tuple[str, ...]:
    """Two scanners, others for each document."""
    names = list(SCANNERS)
    return tuple({names[number % len(names)], names[(number + 3 + number // len(names)) % len(names)]})


def scanned(path: Path, target: Path, scanner: Scanner) -> Path:
    """Write the pages of a PDF as pictures in another one."""
    chance = np.random.default_rng(NOISE_SEED)
    with pymupdf.open(path) as source, pymupdf.open() as made:
        for page in source:
            sheet = made.new_page(width=page.rect.width, height=page.rect.height)
            sheet.insert_image(sheet.rect, stream=_picture(page, scanner, chance))
        made.save(target)
    return target


def _picture(page: Any, scanner: Scanner, chance: np.random.Generator) -> bytes:
    pixels = page.get_pixmap(dpi=scanner.dpi, colorspace="gray")
    rows = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)
    grey = rows[:, : pixels.width].astype(np.float32)
    high, wide = grey.shape
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), -scanner.skew, 1.0)
    grey = np.asarray(cv2.warpAffine(grey, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=255))
    if scanner.blur:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), scanner.blur * scanner.dpi / 200))
    grey = (255 - (255 - grey) * scanner.contrast) * scanner.paper / 255 + chance.normal(0, scanner.noise, grey.shape)
    if scanner.quality is None:
        grey = np.where((grey > 150) & (chance.random(grey.shape) > SPECKS), 255, 0)
        return bytes(cv2.imencode(".png", grey.astype(np.uint8))[1])
    shown = np.clip(grey, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, scanner.quality])[1])
