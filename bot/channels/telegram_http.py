"""The HTTP client under python-telegram-bot, on aiohttp: about four times as fast as the one it brings along."""

from io import BytesIO
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.files import tidy_name

CONNECT = 10.0  # seconds to get a connection
READ = 20.0  # seconds without a byte
UPLOAD = 40.0  # seconds to bring a file up, beside the above
LARGEST = 21_000_000  # bytes of one answer; Telegram gives bots files of up to 20 MB
CONNECTIONS = 100


class AiohttpRequest(BaseRequest):
    """One connection pool. Opened when first needed, so that it can be used again after `shutdown`."""

    def __init__(self, read_timeout: float = READ) -> None:
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds without a byte, unless a call says otherwise."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Nothing to do: see `_open`."""

    async def shutdown(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            # trust_env: where Telegram is reached by a proxy, HTTPS_PROXY names it
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True
            )
        return self._session

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises TimedOut or NetworkError, which never quote the URL: the token is in it."""
        read = _given(read_timeout, self._read_timeout)
        files = bool(request_data and request_data.contains_files)
        total = CONNECT + (UPLOAD if files else 0.0) + read if method == "POST" else None
        limit = aiohttp.ClientTimeout(total=total, connect=_given(connect_timeout, CONNECT), sock_read=read)
        try:
            async with self._open().request(
                method, url, data=_body(request_data), timeout=limit, allow_redirects=False
            ) as response:
                return response.status, await _read(response)
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None


def _given(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def _body(data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    """A form; with files a multipart one, their names sent as they are and not percent-encoded."""
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in data.multipart_data.items():
        file = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, file, filename=tidy_name(filename) or "file", content_type=mime)
    return form


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            raise NetworkError("answer too large")
    return bytes(body)
