"""Who is asking, without a name: a random cookie; its hash is the person. Forms carry a token made from the cookie."""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from aiohttp import web

from bot.web.keys import site

COOKIE = "yxf_visitor"
YEAR = 365 * 24 * 3600
LENGTH = 32  # hexadecimal digits of the cookie


def secret_of(request: web.Request) -> str:
    """The visitor's cookie, "" when there is none or it is not one of ours."""
    value = request.cookies.get(COOKIE, "")
    return value if len(value) == LENGTH and all(c in "0123456789abcdef" for c in value) else ""


def fresh_secret() -> str:
    """A new visitor."""
    return secrets.token_hex(LENGTH // 2)


def person_of(secret: str) -> str:
    """The person and chat behind a cookie. Staff see this id; it cannot be turned back into the cookie."""
    return hashlib.sha256(f"visitor:{secret}".encode()).hexdigest()[:24]


def form_token(secret: str) -> str:
    """What a form of the holder of `secret` must carry."""
    return hashlib.sha256(f"form:{secret}".encode()).hexdigest()[:32]


def token_fits(secret: str, given: str) -> bool:
    """Whether a form was made for the holder of `secret`."""
    return bool(secret) and hmac.compare_digest(form_token(secret).encode(), given.encode())


def same_origin(request: web.Request) -> bool:
    """Whether the page that sends this is one of ours. Browsers say where a form or a socket comes from."""
    origin = request.headers.get("Origin", "")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    if not origin:
        return True
    own = {request.host, urlsplit(site(request).settings.site).netloc}
    return urlsplit(origin).netloc in own


def keep(request: web.Request, response: web.StreamResponse, name: str, value: str, age: int, path: str = "/") -> None:
    """Set a cookie that scripts cannot read and other sites do not send."""
    secure = site(request).settings.site.startswith("https://")
    response.set_cookie(name, value, max_age=age, path=path, httponly=True, samesite="Lax", secure=secure)
