"""What must be so when everything is healed. Each check raises a Failure, and is proved by a `--control` that it can."""
import pathlib
import re
import time

from disturb_parts.laptops import expect, until

CONVERGED_SECONDS = 60.0
QUIET_BYTES = 2048
SETTLING_SECONDS = 5
OPEN_FILES = 64
# What no daemon may say, whatever the network does: TLS lets no changed byte through.
BAD_LINE = re.compile(r"^\S+ (warning|error|critical) |Fatal error|Precondition failed|Assertion failed", re.M)


def converged(laptops, healed_at):
    """Seconds from healing to equal fingerprints everywhere."""
    def equal():
        for laptop in laptops:
            laptop.look()
        return len({laptop.fingerprint() for laptop in laptops}) == 1

    for laptop in laptops:
        laptop.wait_until_ready()
    until(equal, "equal fingerprints after healing", CONVERGED_SECONDS - (time.monotonic() - healed_at), 0.1)
    return time.monotonic() - healed_at


def linked(laptops, links, healed_at):
    """All links stand again and both ends say "up to date"; seconds since healing."""
    missing = []

    def stands():
        missing.clear()
        for laptop in laptops:
            peers = laptop.peers()
            for other in laptops:
                if frozenset((laptop.number, other.number)) in links:
                    peer = peers[other.node]
                    if not (peer["connected"] and peer["up_to_date"] and peer["they_lack"] == peer["we_lack"] == 0):
                        missing.append(f"{laptop.name} with {other.name}")
        return not missing

    end = time.monotonic() + CONVERGED_SECONDS
    while not stands():
        expect(time.monotonic() < end, f"not connected or not up to date after {CONVERGED_SECONDS:.0f} s: {', '.join(missing)}")
        time.sleep(0.1)
    for laptop in laptops:
        said = laptop.one("waitUpToDate", peers=[], timeoutSeconds=10)
        expect(said["up_to_date"], f"{laptop.name} waits for {said['waiting_for']}")
        status = laptop.one("status")
        expect(not status["held"] and not status["quarantined"], f"{laptop.name} holds back {status['held']} changes")
    return time.monotonic() - healed_at


def equal_prints(laptops):
    """The public command line prints the same bytes everywhere; how many records and conflicts there are."""
    counts = []
    for words in (["list"], ["conflicts"]):
        texts = [laptop.prints(*words) for laptop in laptops]
        expect(len(set(texts)) == 1, f"rollcall {words[0]} --json differs: {[len(text) for text in texts]} bytes")
        counts.append(texts[0].count(b"\n"))
    return counts


def kept(laptops, writes):
    """Every acknowledged write is in its record's history on every laptop, as it was said, and histories are equal."""
    owners = {}
    for write in writes:
        for dot in write.dots:
            expect(dot not in owners, f"dot {dot} was acknowledged for two writes: a counter was used again")
            owners[dot] = write
    histories = {}
    for laptop in laptops:
        conversation = laptop.talk()
        for record in dict.fromkeys(write.record for write in writes):
            rows = conversation.all("history", id=record)
            expect(rows == histories.setdefault(record, rows), f"the history of {record} differs at {laptop.name}")
        conversation.close()
        for write in writes:
            written = [row for row in histories[write.record] if row["dot"] in write.dots]
            lost = set(write.dots) - {row["dot"] for row in written}
            expect(not lost, f"LOST at {laptop.name}: {write.deed} at {write.laptop}, {write.record}, {', '.join(sorted(lost))}")
            for field, value in write.says:
                said = [(row["field"], (row.get("value") or {}).get("stage") if field == "arrival" else row.get("value")) for row in written]
                expect((field, value) in said, f"ALTERED at {laptop.name}: {field} of {write.record} by {write.dots}")
    return sum(map(len, histories.values()))


def said_nothing_bad(laptops):
    for laptop in laptops:
        # They are kept without a passphrase here, and warn of it at each start.
        lines = [
            line for line in laptop.log.read_text(errors="replace").splitlines()
            if BAD_LINE.search(line) and "no passphrase: " not in line]
        expect(not lines, f"the log of {laptop.name} says: {' / '.join(lines[:3])}")


def carried(laptops):
    """Bytes inside TLS of each laptop, both ways, and bytes around it of each link, by who listens and who dialled."""
    traffic = [laptop.one("status")["traffic"] for laptop in laptops]
    outside = {}
    for laptop in laptops:
        for place, both in laptop.cable("status")["links"].items():
            outside[laptop.address, place] = sum(both)
    return [one["sent"] + one["received"] for one in traffic], outside


def quiet(laptops, links, seconds):
    """When all is said, links carry next to nothing; bytes a minute, inside TLS and around it, of the busiest."""
    # Connections that died in the run may still bring what the kernel held for them.
    time.sleep(SETTLING_SECONDS)
    inside_before, outside_before = carried(laptops)
    time.sleep(seconds)
    inside, outside = carried(laptops)
    share = 60 / seconds
    degrees = [sum(laptop.number in link for link in links) for laptop in laptops]
    most = max((after - before) * share / degree for after, before, degree in zip(inside, inside_before, degrees))
    around, busiest = max(((after - outside_before.get(link, 0)) * share, link) for link, after in outside.items())
    expect(most <= QUIET_BYTES, f"no quiet: {most:,.0f} bytes a minute and link inside TLS, not {QUIET_BYTES:,}")
    return most, around, f"{busiest[1]} to {busiest[0]}"


def lean(laptops):
    """No daemon keeps what ended connections held: the most open files, and the most memory that one ever had, in bytes."""
    files = [len(list(pathlib.Path(f"/proc/{laptop.daemon.pid}/fd").iterdir())) for laptop in laptops]
    status = [pathlib.Path(f"/proc/{laptop.daemon.pid}/status").read_text(encoding="utf-8") for laptop in laptops]
    peaks = [int(re.search(r"VmHWM:\s+(\d+)", text)[1]) << 10 for text in status]
    expect(max(files) <= OPEN_FILES, f"a daemon has {max(files)} files open, more than {OPEN_FILES}")
    return max(files), max(peaks)


def survives(laptops):
    """All are killed at once; what they had, they have."""
    before = {laptop.fingerprint() for laptop in laptops}
    for laptop in laptops:
        laptop.kill()
    begin = time.monotonic()
    for laptop in laptops:
        laptop.start()
    for laptop in laptops:
        laptop.wait_until_ready()
    after = {laptop.fingerprint() for laptop in laptops}
    expect(before == after, "after SIGKILL of all the fingerprints are others")
    return time.monotonic() - begin
