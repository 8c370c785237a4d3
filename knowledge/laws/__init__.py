"""The statutes: looked up, checked, searched. Pure but for reading its files."""

from knowledge.laws.laws import STORE, Laws
from knowledge.laws.types import Change, Hit, LawArticle, Verdict

__all__ = ["STORE", "Change", "Hit", "LawArticle", "Laws", "Verdict"]
