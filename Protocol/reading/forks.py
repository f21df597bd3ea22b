"""Replicas that were written twice (R-8.7): a tree of changes, and the names of its branches."""

from .names import Dot, replica
from .primitives import H8

BRANCH = 2


def is_branch(name):
    """R-3.2."""
    return name[32] >= BRANCH


def branch_name(register, origin, first):
    """R-8.7: `first` is h of the first change that is unlike another."""
    incarnation = int.from_bytes(H8("rc1.branch", register, origin, first), "big") or 1
    return replica(origin[:32], origin[32] + BRANCH, incarnation)


def way(start, after, vouched):
    """The links from the start to the one that a cut (height, hash) names; none if it is not here."""
    todo = [(start, [])]
    while vouched and todo:
        here, links = todo.pop()
        if links and (len(links), here) == vouched:
            return links
        if len(links) < vouched[0]:
            todo += [(link.hash, links + [link]) for link in after.get(here, [])]
    return []


def parts(register, origin, start, after, vouched=None):
    """The replica and its branches: (name, the name and height that it goes on from or none, its links in order).

    `after` is hash → links that go on from it, `vouched` the height and hash up to which the replica is not ended by a fork."""
    todo = [(origin, None, start, way(start, after, vouched))]
    while todo:
        name, begin, before, found = todo.pop()
        hashes = [before] + [link.hash for link in found]
        for place, link in enumerate(found if name == origin else []):
            for other in after[hashes[place]]:
                if other.hash != link.hash:
                    todo.append((branch_name(register, origin, other.hash), (name, place), other.hash, [other]))
        following = after.get(hashes[-1], [])
        while len(following) == 1:
            found.append(following[0])
            following = after.get(found[-1].hash, [])
        yield name, begin, found
        end = (name, len(found)) if found or begin is None else begin
        todo += [(branch_name(register, origin, link.hash), end, link.hash, [link]) for link in following]


def named(register, origin, start, after, vouched=None):
    """Every link by the dot that all laptops know it by, and what each branch goes on from."""
    links, begins = {}, {}
    for name, begin, found in parts(register, origin, start, after, vouched):
        if begin and begin[1]:
            begins[name] = Dot(*begin)
        links |= {Dot(name, place): link for place, link in enumerate(found, 1)}
    return links, begins
