"""The documents of the month: a handbook whose pages change, archives that arrive at once, and judged questions."""

from __future__ import annotations

import json
from pathlib import Path

HANDBOOK = {
    "pump": ("How do I stop water from dripping at the shaft?", "Seals of the feed pump",
             "When the gland leaks, tighten both nuts by a quarter turn. Replace the packing once a year."),
    "boiler": ("What to do before lighting the furnace?", "Starting the boiler",
               "Purge the combustion chamber with fresh air for five minutes, then open the gas valve."),
    "holiday": ("How many days off do employees get?", "Annual leave",
                "Staff may take thirty vacation days each year. Ask your manager four weeks ahead."),
    "laptop": ("My computer was stolen, whom do I tell?", "Loss of devices",
               "Report a missing notebook to the service desk within one hour, so that its disk is locked."),
    "fire": ("Where do people gather after an alarm?", "Evacuation",
             "Leave the building by the nearest exit and meet at the car park beside the gate."),
    "invoice": ("When are suppliers paid?", "Accounts payable",
                "Bills are settled within thirty days of arrival, by bank transfer on Thursdays."),
    "forklift": ("Who may drive the lift truck?", "Industrial vehicles",
                 "Only trained operators with a licence steer these machines. They check the brakes each morning."),
    "canteen": ("Is there something to eat without meat?", "The cafeteria",
                "Vegetarian meals are served daily from noon. Pay with your badge."),
    "noise": ("How do workers protect their ears?", "Hearing protection",
              "Wear plugs wherever sound is above eighty-five decibels."),
    "backup": ("How is lost data recovered?", "Restoring files",
               "Copies of every drive are kept for ninety days. The service desk brings them back on request."),
    "visitor": ("What must guests do at reception?", "Visits",
                "Anyone from outside signs in, wears a yellow badge and is accompanied at all times."),
    "waste": ("How do we get rid of used oil?", "Disposal",
              "Spent lubricants go into the red drums behind hall two, which a contractor collects."),
}  # fmt: skip
"""By name: a question in words that the page does not use, the page's title and its text."""

ARCHIVE = 150
"""Documents of one archive: enough that reading them takes seconds."""


class Library:
    """A folder of Markdown, and beside it the judged questions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "handbook"
        self.judged = folder / "judged.jsonl"
        self.folder.mkdir()
        for name in HANDBOOK:
            self.write(name)
        lines = (json.dumps({"query": asked, "relevant": [f"{name}.md"]}) for name, (asked, *_) in HANDBOOK.items())
        self.judged.write_text("\n".join(lines) + "\n")

    def write(self, name: str, more: str = "") -> None:
        """A page of the handbook as it should be, with ``more`` below it."""
        _, title, text = HANDBOOK[name]
        (self.folder / f"{name}.md").write_text(f"# {title}\n\n{text}\n\n{more}".rstrip() + "\n")

    def revise(self, day: int) -> None:
        """What writers do: every third day a page is revised, every tenth one more appears."""
        if day % 3 == 0:
            self.write(list(HANDBOOK)[day // 3 % len(HANDBOOK)], f"Revised on day {day}.")
        if day % 10 == 0:
            (self.folder / f"notice-{day}.md").write_text(f"# Notice {day}\n\nThe lifts are serviced in week {day}.\n")

    def spoil(self) -> None:
        """Somebody saves an empty form over half of the handbook."""
        for name in list(HANDBOOK)[::2]:
            (self.folder / f"{name}.md").write_text("# Form\n\nTo be filled in.\n")

    def mend(self) -> None:
        """All pages of the handbook as they should be."""
        for name in HANDBOOK:
            self.write(name)

    def archive(self, year: int) -> None:
        """The minutes of a year arrive at once."""
        place = self.folder / str(year)
        place.mkdir()
        for number in range(ARCHIVE):
            text = f"Item {number * 7} was put off. Room {number % 9}, chair {number % 5}, {number % 13} present."
            (place / f"minutes-{number}.md").write_text(f"# Minutes {year}-{number}\n\n{text}\n")

    def count(self) -> int:
        """How many documents are in the folder."""
        return sum(1 for _ in self.folder.rglob("*.md"))
