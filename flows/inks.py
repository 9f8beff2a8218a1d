"""Colours of the screen as inks of the press, by the house's ICC profile (ISO 15076-1).

Text that is dark or grey is printed with black alone: four inks never lie upon each other exactly,
and on a letter a hair's breadth shows. All else goes through the profile, relative colorimetric
with black point compensation, so that the paper's white stays white.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

from flows.looks import luminance

#: Cyan, magenta, yellow, black; each from 0 to 1.
Inks = tuple[float, float, float, float]
#: The difference between a colour's largest and smallest channel up to which it is a grey, for
#: drawings and for text. The house's deep colour is one when letters are made of it.
_GREY, _GREY_TEXT = 0.02, 0.25
#: Text that is darker than this (relative luminance) is printed in full black.
_DARK = 0.06
#: Of the pictures that are JPEG files (Pillow's scale).
QUALITY = 92


@dataclass(frozen=True, slots=True)
class Profile:
    """An output profile for four inks; ``name`` is that of a condition in the ICC's registry, as
    print shops call it, or empty."""

    name: str
    data: bytes

    @property
    def description(self) -> str:
        """What the profile says of itself."""
        return ImageCms.getProfileDescription(BytesIO(self.data)).strip()


class NotAPrinterProfileError(ValueError):
    """The file is no ICC profile of a printing condition in four inks."""


class Press:
    """Converts colours and pictures to the inks of one profile."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._solid: dict[tuple[float, float, float], Inks] = {}

    @cached_property
    def _transform(self) -> Any:
        try:
            target = ImageCms.ImageCmsProfile(BytesIO(self.profile.data))
            profile = target.profile
            if profile.xcolor_space.strip() != "CMYK" or profile.device_class != "prtr":
                raise NotAPrinterProfileError(self.profile.name)
            return ImageCms.buildTransform(
                ImageCms.createProfile("sRGB"),
                target,
                "RGB",
                "CMYK",
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
        except (ImageCms.PyCMSError, OSError) as error:
            raise NotAPrinterProfileError(self.profile.name) from error

    def try_out(self) -> None:
        """Convert a colour and a grey. Raises :class:`NotAPrinterProfileError`."""
        self.solid(0.5, 0.1, 0.1)
        try:
            self.solid(0.5, 0.5, 0.5)
        except (ImageCms.PyCMSError, OSError) as error:
            raise NotAPrinterProfileError(self.profile.name) from error

    def solid(self, red: float, green: float, blue: float, *, text: bool = False) -> Inks:
        """The inks of an even colour (channels from 0 to 1)."""
        colour = (red, green, blue)
        if max(colour) - min(colour) <= (_GREY_TEXT if text else _GREY):
            light = luminance(colour)
            black = 1.0 if text and light < _DARK else self._black(light)
            return (0.0, 0.0, 0.0, black)
        if colour not in self._solid:
            dot = Image.new("RGB", (1, 1), tuple(round(c * 255) for c in colour))
            inks = _applied(dot, self._transform).tobytes()
            c, m, y, k = (round(ink / 255, 3) for ink in inks)
            self._solid[colour] = (c, m, y, k)
        return self._solid[colour]

    @cached_property
    def _ramp(self) -> list[int]:
        """How light each share of black ink alone is (CIE L*, 0–255), from none to full."""
        source = ImageCms.ImageCmsProfile(BytesIO(self.profile.data))
        target = ImageCms.createProfile("LAB")
        transform = ImageCms.buildTransform(
            source, target, "CMYK", "LAB", ImageCms.Intent.RELATIVE_COLORIMETRIC
        )
        strip = Image.new("CMYK", (256, 1))
        strip.putdata([(0, 0, 0, black) for black in range(256)])
        return list(_applied(strip, transform).getchannel("L").tobytes())

    def _black(self, light: float) -> float:
        """The share of black ink that looks as light as a grey of that relative luminance."""
        cube = light ** (1 / 3) if light > 0.008856 else 7.787 * light + 16 / 116
        level = (116 * cube - 16) * 2.55
        best = min(range(256), key=lambda black: abs(self._ramp[black] - level))
        return round(best / 255, 3)

    def picture(self, picture: Image.Image) -> Image.Image:
        """A picture in red, green and blue, in inks."""
        return _applied(picture.convert("RGB"), self._transform)


def _applied(picture: Image.Image, transform: Any) -> Image.Image:
    made = ImageCms.applyTransform(picture, transform)
    assert made is not None  # None is for pictures that are changed in place
    return made


def on_screen(picture: Image.Image, profile: bytes = b"") -> Image.Image:
    """A picture in four inks in red, green and blue, by its own profile or the standard one."""
    source = profile or standard_profile().data
    try:
        target = ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(BytesIO(source)), target, "CMYK", "RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return picture.convert("RGB")
    return _applied(picture, transform)


@cache
def standard_profile() -> Profile:
    """ISO Coated v2 300 % by basICColor (FOGRA39; zlib licence), which comes with Parution:
    offset on coated paper, no more than 300 % of ink."""
    from flows.words import TEMPLATES

    data = (TEMPLATES / "brochure" / "profiles" / "ISOcoated_v2_300_bas.icc").read_bytes()
    return Profile("FOGRA39", data)
