"""A slow link with a backlog on it: how long a one-field edit takes. And the noise that a control makes."""
import threading


class Noise:
    """Edits at one laptop for as long as the block runs; nothing without a laptop."""

    def __init__(self, laptop):
        self.laptop, self.is_over = laptop, threading.Event()
        self.thread = threading.Thread(target=self.make, daemon=True)

    def __enter__(self):
        if self.laptop:
            self.thread.start()

    def __exit__(self, *_):
        self.is_over.set()
        if self.laptop:
            self.thread.join()

    def make(self):
        while not self.is_over.wait(0.5):
            self.laptop.one("add", fields=[{"field": "surname", "value": "noise"}], source=None, operator=None)


def play(run):
    raise NotImplementedError
