"""What a browser may do with an answer of ours: the security headers of each kind of file.

Content Security Policy is CSP Level 3 (W3C), the rest its own standard each: Permissions Policy
(W3C), Referrer Policy (W3C), COOP (HTML §7.1.3), HSTS (RFC 6797), ``nosniff`` (Fetch §3.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import urlsplit

_ALONE = "base-uri 'none'; frame-ancestors 'none'"
#: A page of the site: what it shows and runs comes from files of the same host, and a string is
#: never made into markup.
PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    f"connect-src 'self'; form-action 'self'; {_ALONE}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
#: A file that carries its own styles, on each element, as e-mail must: nothing is said of styles,
#: and everything else is shut. The sandbox gives it an origin of nobody's (decision 20). Pictures
#: of a letter stand at the house's address.
_LETTER = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "script-src 'none'; connect-src 'none'; font-src 'none'; img-src 'self' data: {house}; "
    "media-src 'none'; object-src 'none'; frame-src 'none'; worker-src 'none'; "
    f"manifest-src 'none'; form-action 'none'; {_ALONE}"
)
#: A PDF: browsers show it in a page of their own making, which a stricter policy would break.
DOCUMENT = f"form-action 'none'; {_ALONE}"
#: What is no page runs nothing and loads nothing, if it is opened as one.
FILE = f"default-src 'none'; form-action 'none'; {_ALONE}"

_LETTERS = frozenset(("newsletter.html", "proof.html"))
#: What a browser opens as a page; a feed may name a stylesheet.
_PAGES = frozenset(("text/html", "application/xml", "application/rss+xml", "application/atom+xml"))

#: What a page of ours has no use for, and so nothing that slips into one has.
_PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
        *("encrypted-media", "geolocation", "gyroscope", "hid", "identity-credentials-get"),
        *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
        *("publickey-credentials-get", "screen-wake-lock", "serial", "usb"),
        "xr-spatial-tracking",
    )
)
_EVERYWHERE: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": _PERMISSIONS,
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)
#: A year, for this host alone: what else runs below a domain is not ours to decide.
STRICT_TRANSPORT = "max-age=31536000"


def policy(path: str, media_type: str, address: str, *, found: bool = True) -> str:
    """The Content-Security-Policy of an answer of the house at ``address``. Where nothing was
    ``found``, or no more, it is the house's page about that, whatever the path was to be."""
    if media_type not in _PAGES:
        return DOCUMENT if media_type == "application/pdf" else FILE
    if found and PurePosixPath(path).name in _LETTERS:
        parts = urlsplit(address)
        return _LETTER.format(house=f"{parts.scheme}://{parts.netloc}")
    return PAGE


def headers(
    path: str, media_type: str, address: str, *, found: bool, is_https: bool
) -> Mapping[str, str]:
    """The security headers of the answer at ``path``; ``is_https``: it goes out by https, which
    is made lasting where the house's address says so too."""
    is_lasting = is_https and address.startswith("https:")
    return {
        **_EVERYWHERE,
        "Content-Security-Policy": policy(path, media_type, address, found=found),
        **({"Strict-Transport-Security": STRICT_TRANSPORT} if is_lasting else {}),
    }
