"""Half of the first stage of the sample operation, played by commands from its truth."""
import concurrent.futures
import csv
import subprocess

KEY = "№"


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class SampleStage:
    """One stage at two laptops that are connected: its lists, who comes, and who does not."""

    def __init__(self, bin_folder, folder, seed, stage="1"):
        self.folder, self.stage = folder / "sample", stage
        write = [bin_folder / "rollcall-sim", "roster", "--seed", str(seed), "--out", self.folder]
        subprocess.run(write, check=True, stdout=subprocess.DEVNULL)
        self.truth = [row for row in rows(self.folder / "truth.csv") if row["stage"] == stage]
        self.lists = [row for row in rows(self.folder / "lists.csv") if row["stage"] == stage]
        self.late = max(self.lists, key=lambda row: int(row["revision"]))
        self.maps = {}
        for row in rows(self.folder / "columns.csv"):
            self.maps.setdefault(row["issuer"], []).append(f"{row['column']}={row['field']}")
        self.records = {}
        self.played = []

    def open(self, node):
        """Says who exchanges with whom, and takes all lists but the late one."""
        plan = rows(self.folder / "stages.csv")
        target = sum(int(row["military"]) + int(row["civilian"]) for row in plan)
        node.one("exchange", "--party-a", "Side A", "--party-b", "Side B", "--target", target)
        for row in plan:
            node.one("stage", row["stage"], "--day", row["day"])
        return [self.take(node, row) for row in self.lists if row is not self.late]

    def take(self, node, row):
        """Takes one revision of a list; how many of its lines are new."""
        maps = [word for one in self.maps[row["issuer"]] for word in ("--map", one)]
        words = [word for name in ("issuer", "direction", "stage", "revision") for word in (f"--{name}", row[name])]
        return node.all("roster", "import", self.folder / row["file"], *words, "--key", KEY, *maps)[-1]["added"]

    def find_records(self, node):
        """Which record each line of a list became; of one that was mended later, the last."""
        for person in node.all("list"):
            for value in person["fields"].get("list_line", {"values": ()})["values"]:
                name, _, line = value["value"].rpartition("#")
                self.records[name, line] = person["record"]

    def record(self, row):
        side = row["direction"][0]
        return self.records.get((f"{side} {row['direction']} {self.stage}", row["line"]))

    def play(self, nodes):
        """Half of each direction: at each laptop every other person, both at once."""
        for direction in ("a_to_b", "b_to_a"):
            of_it = [row for row in self.truth if row["direction"] == direction]
            # Whoever crossed before a late list took them off, to be seen when it comes.
            crossed = [row for row in of_it if row["line"] and row["listed"] == "no" and row["outcome"] == "handed_over"]
            rest = [row for row in of_it if row not in crossed and row["outcome"] != "withdrawn" and (row["line"] or row["outcome"] == "handed_over")]
            known = [row for row in rest if not row["line"] or self.record(row)]
            self.played += crossed + sorted(known, key=self.is_plain)[: len(of_it) // 2]
        shares = [self.played[place :: len(nodes)] for place in range(len(nodes))]
        with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
            for done in [pool.submit(self.write, *each) for each in zip(nodes, shares)]:
                done.result()

    @staticmethod
    def is_plain(row):
        """Whether nothing is to be seen of somebody; those of whom there is come first."""
        return row["outcome"] == "handed_over" and row["twice"] == row["disputed"] == "no"

    def write(self, node, share):
        for row in share:
            events = self.events(row)
            record = self.record(row)
            if record is None:
                self.write_down(node, row, events)
                continue
            node.one("set", record, *events, "--source", "at the table")
            if row["disputed"] == "yes":
                # As if nobody had looked at the list: what it says stands beside what they say.
                node.one("set", record, f"category={row['category']}", "--seen", "none", "--source", "their own word")
            if row["twice"] == "yes":
                self.write_down(node, row, events)

    def write_down(self, node, row, events):
        """A record of a table's own, in its own spelling."""
        names = [f"{name}={row[name + '_heard']}" for name in ("surname", "given_name", "patronymic")]
        more = [f"{name}={row[name]}" for name in ("birth_date", "category", "service_number") if row[name]]
        node.one("add", *names, *more, f"detained_by={row['direction'][0]}", *events, "--source", "their own word")

    def events(self, row):
        come = ["arrival", "identity_confirmed"]
        names = {"handed_over": [*come, "handover"], "absent": ["absent"], "declined": [*come, "declined"], "deferred": [*come, "deferred"]}
        return [f"{name}={self.stage}" for name in names[row["outcome"]]]

    def handed_over(self, direction):
        """How many were: by the truth, and as many as there may seem to be while some are there twice."""
        crossed = [row for row in self.played if row["direction"] == direction and row["outcome"] == "handed_over"]
        return len(crossed), len(crossed) + sum(row["twice"] == "yes" for row in crossed)
