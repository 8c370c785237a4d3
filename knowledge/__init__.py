"""What we know, and how it is found. Pure."""

from knowledge.base import Knowledge as Knowledge
