"""Sets a paper as DOCX or PDF. The PDF carries its own Chinese letters, from the machine's Noto or another CJK font."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from tickets.papers import Paper

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MIMES = {"docx": WORD, "pdf": "application/pdf"}
NO_FONT = "这台机器没有中文字体，做不了 PDF。请下载 Word 版，或者装 fonts-noto-cjk。"
# files of fonts that hold simplified Chinese, and which of several in the file
FONTS: tuple[tuple[str, int], ...] = (
    ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/System/Library/Fonts/Supplemental/Songti.ttc", 3),
    ("C:/Windows/Fonts/simsun.ttc", 0),
)
BODY = 12  # points
LINE = 8  # millimetres
LABEL = 32  # millimetres of the first column


class NoFont(Exception):
    """There is no Chinese font here. The message is a sentence for the reader."""


def docx(paper: Paper) -> bytes:
    """The paper for a word processor."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(BODY)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(paper.title)
    run.bold, run.font.size = True, Pt(20)
    document.add_paragraph(f"编号：{paper.number}").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in paper.facts:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = clean(label), clean(value)
        cells[0].width, cells[1].width = Pt(90), Pt(360)
    for head, paragraphs in paper.sections:
        document.add_paragraph().add_run(clean(head)).bold = True
        for text in paragraphs:
            document.add_paragraph(clean(text)).paragraph_format.first_line_indent = Pt(2 * BODY)
    document.add_paragraph()
    for sign in paper.signs:
        document.add_paragraph(f"{sign}：＿＿＿＿＿＿＿＿＿＿")
    document.add_paragraph(paper.foot).runs[0].font.size = Pt(9)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def clean(text: str) -> str:
    """Without signs that a document may not hold."""
    return "".join(
        sign for sign in text if sign in "\n\t" or (sign.isprintable() and ord(sign) < 0x10000) or sign == "　"
    )


def pdf(paper: Paper) -> bytes:
    """The paper to print. Raises NoFont."""
    page = FPDF(format="A4")
    file, place = font()
    page.add_font("chinese", "", str(file), collection_font_number=place)
    page.set_margins(25, 22)
    page.set_auto_page_break(True, 20)
    page.add_page()
    page.set_font("chinese", size=20)
    page.cell(0, 14, paper.title, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font("chinese", size=BODY)
    page.cell(0, LINE, f"编号：{paper.number}", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    with page.table(col_widths=(LABEL, 160 - LABEL), first_row_as_headings=False, line_height=LINE, padding=1) as table:
        for label, value in paper.facts:
            row = table.row()
            row.cell(clean(label))
            row.cell(clean(value))
    for head, paragraphs in paper.sections:
        page.ln(4)
        page.multi_cell(0, LINE, clean(head), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        for text in paragraphs:
            # by character: by word the whole sentence would go below its own indent
            page.multi_cell(
                0, LINE, f"　　{clean(text)}", new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L", wrapmode=WrapMode.CHAR
            )  # fmt: skip
    page.ln(8)
    for index, sign in enumerate(paper.signs):
        last = index % 2 or index == len(paper.signs) - 1
        page.cell(
            80, 12, f"{sign}：＿＿＿＿＿＿＿＿", new_x=XPos.LMARGIN if last else XPos.RIGHT,
            new_y=YPos.NEXT if last else YPos.TOP,
        )  # fmt: skip
    page.set_font("chinese", size=9)
    page.cell(0, LINE, paper.foot, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(page.output())


@lru_cache(maxsize=1)
def font() -> tuple[Path, int]:
    """A font file with Chinese letters, and which of its fonts. Raises NoFont."""
    found = next(((Path(name), place) for name, place in FONTS if Path(name).is_file()), None)
    if found is None:
        raise NoFont(NO_FONT)
    return found
