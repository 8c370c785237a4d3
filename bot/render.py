"""A Reply as plain text, for channels without markup of their own."""

from handlers.types import Reply, Source

SHOWN = 6  # sources named under an answer; the rest is one tap away


def source_line(source: Source) -> str:
    """《渔业法》第七十八条第一款（2025-12-27 文本）"""
    caveat = f"，{source.caveat}" if source.caveat else "，现行有效"
    return f"{source.label}（{source.version} 文本{caveat}）"


def plain(reply: Reply) -> str:
    """The reply's text with its sources under it."""
    if not reply.sources:
        return reply.text
    lines = [f"· {source_line(source)}" for source in reply.sources[:SHOWN]]
    if len(reply.sources) > SHOWN:
        lines.append(f"· 另有 {len(reply.sources) - SHOWN} 条，点“看条文”")
    return "\n".join([reply.text, "", "依据：", *lines])


def pieces(text: str, longest: int) -> list[str]:
    """`text` cut into parts of at most `longest` characters, at line ends where there are any."""
    parts: list[str] = []
    while len(text) > longest:
        cut = text.rfind("\n", 1, longest)
        cut = cut if cut > longest // 2 else longest
        parts.append(text[:cut])
        text = text[cut:].lstrip("\n")
    return [*parts, text]
