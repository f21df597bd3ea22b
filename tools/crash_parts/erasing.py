"""A script of its own for erasures: keys of records go, and those of epochs are rotated."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "Protocol"))

from reading.key_file import opened

from .scripts import Edits, fields
from .victim import expect


class Erase(Edits):
    """Six of ten people are erased, one after the other, with an edit of another between them."""

    name = "erase"
    count = 6

    # The file of keys is written anew each time; where that fails, the register goes on and tries again.
    makes_anew = True

    def run(self, struck=None):
        answers = []
        for number, record in enumerate(self.records[1:1 + self.count]):
            answers.append(self.ask("erase", ids=[record], reason=f"asked {number}"))
            answers.append(self.ask("set", id=self.records[0], fields=fields(note=f"note {number}")))
        return answers

    def check(self):
        asked = [parts["ids"][0] for (request, parts), _ in self.journal.acknowledged if request == "erase"]
        for record in asked:
            shown = self.victim.control.one("show", id=record)
            expect(shown["erased"] and not shown["fields"], "lost: an acknowledged erasure is gone")
        for record in self.records[1 + self.count:]:
            shown = self.victim.control.one("show", id=record)
            expect(not shown["erased"] and set(shown["fields"]) >= {"surname", "status"}, "lost: somebody who was not erased")
        for record in self.records[1:1 + self.count]:
            shown = self.victim.control.one("show", id=record)
            expect(shown["erased"] != bool(shown["fields"]), "half of an erasure is there")
        self.check_edits()
        self.write_again()
        epochs = opened((self.victim.home / "keys").read_bytes())["epochs"]
        expect(len(epochs) == 1, f"{len(epochs)} keys of epochs are kept: an old one opens what was erased")
