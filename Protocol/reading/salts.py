"""The tree of salts and what a sender gives of it (R-5.1, R-5.2)."""

from .primitives import H16, Refused, uint

BLOCK = 256


def descend(value, level_bits, levels):
    """From a value down so many levels; the bits choose right (1) or left (0), the highest first."""
    for place in reversed(range(levels)):
        value = H16("rc1.right" if level_bits >> place & 1 else "rc1.left", value)
    return value


def subtree(root, first, size):
    """The value of the aligned subtree over the counters first … first+size-1, from its block's root."""
    level = size.bit_length() - 1
    return descend(root, ((first - 1) % BLOCK) >> level, 8 - level)


def leaf(root, counter):
    """R-5.1."""
    return subtree(root, counter, 1)


def class_salt(leaf_value, field_class):
    """R-5.1."""
    return H16("rc1.salt", leaf_value, uint(field_class, 1))


def subtrees(first, last):
    """R-5.2: (first counter, size) of every subtree that a sender gives for a run of counters."""
    given = []
    for block in range((first - 1) // BLOCK, (last - 1) // BLOCK + 1):
        start = block * BLOCK + 1
        length = min(last - start + 1, BLOCK)
        for size in (1 << level for level in reversed(range(9))):
            if length & size:
                if start + size - 1 >= first:
                    given.append((start, size))
                start += size
    return given


def leaves(given):
    """counter → leaf, of the values that were given: {(first, size): value}."""
    found = {}
    for (start, size), value in given.items():
        for counter in range(start, start + size):
            found[counter] = descend(value, counter - start, size.bit_length() - 1)
    return found


def absorb(held, given):
    """R-5.2: takes values into `held`, {(first, size): value}; refuses one that does not agree, drops the lower."""
    for (start, size), value in given.items():
        above = [(low, great) for low, great in held if low <= start and start + size <= low + great]
        for low, great in above:
            if descend(held[low, great], (start - low) // size, great.bit_length() - size.bit_length()) != value:
                raise Refused("salt mismatch")
        if above:
            continue
        for (low, small), known in list(held.items()):
            if start <= low and low + small <= start + size:
                levels = size.bit_length() - small.bit_length()
                if descend(value, (low - start) // small, levels) != known:
                    raise Refused("salt mismatch")
                del held[low, small]
        held[start, size] = value


def punctured(given, gone, first):
    """R-5.7: the largest subtrees of what is given that end at `first` or later and from which no counter of `gone` follows."""
    kept = {}

    def keep(start, size, value):
        if start + size <= first:
            return
        if not any(start <= counter < start + size for counter in gone):
            kept[start, size] = value
        elif size > 1:
            keep(start, size // 2, descend(value, 0, 1))
            keep(start + size // 2, size // 2, descend(value, 1, 1))

    for (start, size), value in given.items():
        keep(start, size, value)
    return kept
