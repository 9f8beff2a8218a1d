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
#: Of what brings its own styles nothing is said about styles, and everything else is shut.
_SHUT = (
    "script-src 'none'; connect-src 'none'; media-src 'none'; object-src 'none'; frame-src 'none'; "
    f"worker-src 'none'; manifest-src 'none'; form-action 'none'; {_ALONE}"
)
#: A file with styles on each element, as e-mail must have them. The sandbox gives it an origin of
#: nobody's (decision 22). Pictures of a letter stand at the house's address.
_LETTER = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    f"font-src 'none'; img-src 'self' data: {{house}}; {_SHUT}"
)
#: XML, which browsers show in a page of their own making where it names no stylesheet.
_XML = f"font-src 'self'; img-src 'self' data:; {_SHUT}"
#: A PDF, which browsers show in a page of their own making too.
DOCUMENT = f"form-action 'none'; {_ALONE}"
#: What is no page runs nothing and loads nothing, if it is opened as one.
FILE = f"default-src 'none'; form-action 'none'; {_ALONE}"

_LETTERS = frozenset(("newsletter.html", "feed-item.html", "proof.html"))
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
    }
)
#: Browsers take it by https alone, and complain of it by http.
_BY_HTTPS: Mapping[str, str] = MappingProxyType({"Cross-Origin-Opener-Policy": "same-origin"})
#: A year, for this host alone: what else runs below a domain is not ours to decide.
_LASTING: Mapping[str, str] = MappingProxyType({"Strict-Transport-Security": "max-age=31536000"})


def policy(path: str, media_type: str, address: str, *, found: bool = True) -> str:
    """The Content-Security-Policy of an answer of the house at ``address``. Where nothing was
    ``found``, or no more, it is the house's page about that, whatever the path was to be."""
    if media_type == "text/html":
        is_letter = found and PurePosixPath(path).name in _LETTERS
        return _LETTER.format(house=_origin(address)) if is_letter else PAGE
    if media_type == "application/pdf":
        return DOCUMENT
    return _XML if media_type.endswith(("/xml", "+xml")) else FILE


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def headers(
    path: str, media_type: str, address: str, *, found: bool, is_https: bool
) -> Mapping[str, str]:
    """The security headers of the answer at ``path``; ``is_https``: it goes out by https, which
    is made lasting where the house's address says so too."""
    return {
        **_EVERYWHERE,
        "Content-Security-Policy": policy(path, media_type, address, found=found),
        **(_BY_HTTPS if is_https else {}),
        **(_LASTING if is_https and address.startswith("https:") else {}),
    }
