"""What the quickstart shows: one line a step, and below it the sentence that the person sees."""

import os
import sys
import unicodedata

COLUMNS = 100
CLOSING = "，。；：、！？）」』》〉”’…"
COLOURS = {"good": "32", "bad": "31;1", "refused": "33", "title": "1", "said": "2"}


def width(text):
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pieces(text):
    """The text cut where a line may end: after a space, and around wide characters."""
    piece = ""
    for c in text:
        wide = width(c) == 2 and c not in CLOSING
        if piece and (wide or width(piece[-1]) == 2 and c not in CLOSING + " "):
            yield piece
            piece = ""
        piece += c
        if c == " ":
            yield piece
            piece = ""
    if piece:
        yield piece


def wrap(text, columns):
    lines, line = [], ""
    for piece in pieces(text):
        if line and width(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return lines + [line.rstrip()] if line.strip() else lines


class Board:
    def __init__(self):
        self.coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.passed = self.failed = 0

    def _paint(self, text, colour):
        return f"\033[{COLOURS[colour]}m{text}\033[0m" if self.coloured and text else text

    def title(self, text):
        print("\n" + self._paint(text, "title"), flush=True)

    def step(self, what, outcome, sentence="", refused=False):
        """A step that behaved; `refused`: that it was refused is what was wanted."""
        self.passed += 1
        self._line("✓", "good", what, outcome, "refused" if refused else "good")
        self.said(sentence)

    def failure(self, what, why):
        self.failed += 1
        self._line("✗", "bad", what, "", "bad")
        self.said(why)

    def _line(self, mark, mark_colour, what, outcome, colour):
        room = COLUMNS - 4 - width(outcome) - 1
        lines = wrap(what, room)
        fill = " " * (room - width(lines[-1]))
        lines[-1] += fill + " " + self._paint(outcome, colour)
        print(f"  {self._paint(mark, mark_colour)} " + "\n    ".join(lines), flush=True)

    def said(self, text):
        for part in filter(str.strip, text.splitlines()):
            for line in wrap(part.strip(), COLUMNS - 8):
                print("        " + self._paint(line, "said"), flush=True)

    def table(self, rows):
        """Rows of texts, columns aligned."""
        widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            cells = [cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths)]
            print("      " + self._paint("  ".join(cells).rstrip(), "said"), flush=True)
