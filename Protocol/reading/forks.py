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


def parts(register, origin, start, after):
    """The replica and its branches: (name, the name and height that it goes on from or none, its links in order).

    `after` is hash → links that go on from it."""
    todo = [(origin, None, after.get(start, []))]
    while todo:
        name, begin, following = todo.pop()
        found = []
        while len(following) == 1:
            found.append(following[0])
            following = after.get(found[-1].hash, [])
        yield name, begin, found
        end = (name, len(found)) if found or begin is None else begin
        todo += [(branch_name(register, origin, link.hash), end, [link]) for link in following]


def named(register, origin, start, after):
    """Every link by the dot that all laptops know it by, and what each branch goes on from."""
    links, begins = {}, {}
    for name, begin, found in parts(register, origin, start, after):
        if begin and begin[1]:
            begins[name] = Dot(*begin)
        links |= {Dot(name, place): link for place, link in enumerate(found, 1)}
    return links, begins
