"""Keyboards as people have them: which key, by its place, makes which sign."""

_CODES = [
    ["Backquote", *(f"Digit{digit}" for digit in "1234567890"), "Minus", "Equal"],
    [*(f"Key{letter}" for letter in "QWERTYUIOP"), "BracketLeft", "BracketRight", "Backslash"],
    [*(f"Key{letter}" for letter in "ASDFGHJKL"), "Semicolon", "Quote"],
    [*(f"Key{letter}" for letter in "ZXCVBNM"), "Comma", "Period", "Slash"],
]
# Each row without and with Shift.
_ROWS = {
    "en": [("`1234567890-=", "~!@#$%^&*()_+"), ("qwertyuiop[]\\", "QWERTYUIOP{}|"), ("asdfghjkl;'", 'ASDFGHJKL:"'), ("zxcvbnm,./", "ZXCVBNM<>?")],
    "uk": [("'1234567890-=", 'ʼ!"№;%:?*()_+'), ("йцукенгшщзхїґ", "ЙЦУКЕНГШЩЗХЇҐ"), ("фівапролджє", "ФІВАПРОЛДЖЄ"), ("ячсмитьбю.", "ЯЧСМИТЬБЮ,")],
    "ru": [("ё1234567890-=", 'Ё!"№;%:?*()_+'), ("йцукенгшщзхъ\\", "ЙЦУКЕНГШЩЗХЪ/"), ("фывапролджэ", "ФЫВАПРОЛДЖЭ"), ("ячсмитьбю.", "ЯЧСМИТЬБЮ,")],
}
# What Windows calls the keys; browsers want it said beside the place.
_NUMBERS = {
    "Backquote": 192, "Minus": 189, "Equal": 187, "BracketLeft": 219, "BracketRight": 221, "Backslash": 220, "Semicolon": 186, "Quote": 222,
    "Comma": 188, "Period": 190, "Slash": 191,
}
NAMED = {
    "Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), "Backspace": (8, ""), "Delete": (46, ""), "ArrowUp": (38, ""), "ArrowDown": (40, ""),
    "ArrowLeft": (37, ""), "ArrowRight": (39, ""), "Home": (36, ""), "End": (35, ""), "PageDown": (34, ""), "PageUp": (33, ""),
}


def number(code):
    """The key's number: letters and digits are their own."""
    return _NUMBERS.get(code) or ord(code[-1])


def signs(layout):
    """By place: what a key makes without and with Shift."""
    return {code: pair for codes, row in zip(_CODES, _ROWS[layout]) for code, pair in zip(codes, zip(*row))}


def places(layout):
    """By sign: the key, and whether Shift is held."""
    found = {" ": ("Space", False)}
    for code, (plain, shifted) in signs(layout).items():
        found[shifted] = (code, True)
        found[plain] = (code, False)
    return found
