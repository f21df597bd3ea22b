"""One browser with one page in it, used as a person does: by keys, and by what is to be read."""
import os
import pathlib
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from bench_parts.daemons import Broken, expect
from browser_parts import layouts

# A busy machine is slow; only what has a bound of its own is held to it.
PATIENCE = 30.0
WIDTH, HEIGHT = 1366, 768
CONTROL, SHIFT = 2, 8
# What a person sees of a place, spaces made one.
TEXT = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent.replace(/\\s+/g, ' ').trim())"


class Window:
    """A headless Chromium. It is closed with `end`."""

    def __init__(self, name, shots=None):
        options = webdriver.ChromeOptions()
        wishes = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={WIDTH},{HEIGHT}", "--disable-background-networking"]
        # The sandbox does not run as root, and the page in it is our own.
        for wish in [*wishes, *(["--no-sandbox"] if os.getuid() == 0 else [])]:
            options.add_argument(wish)
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.name, self.shots, self.layout, self.pace = name, shots, "uk", 0.0
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.resize(WIDTH, HEIGHT)

    def end(self):
        self.driver.quit()

    def command(self, name, **parts):
        return self.driver.execute_cdp_cmd(name, parts)

    def resize(self, width, height, scale=1):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    # Where it is.

    def open(self, daemon, language="en"):
        """Opens the daemon's page as `rollcall open` does, and waits until it shows something to do."""
        self.driver.get("about:blank")
        self.driver.get(daemon.control.one("open")["address"] + f",{language}")
        self.see("header nav a")
        return self

    def go(self, place):
        self.run("location.hash = arguments[0]", f"#/{place}")

    def person(self, record):
        self.go(f"person/{record}")
        self.see("table.fields tr.chosen")

    # What is there to be read.

    def texts(self, css):
        return self.run(TEXT, css)

    def text(self, css):
        return " ".join(self.texts(css))

    def see(self, css, *words, seconds=PATIENCE):
        """Waits until all words stand in one of the places; what stands there."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for text in self.texts(css):
                if all(word in text for word in words):
                    return text
            time.sleep(0.01)
        raise Broken(f"{self.name}: {css} does not show {len(words)} wanted words after {seconds:.0f} s: {words}; it shows {self.texts(css)[:4]}")

    def miss(self, css, *words, seconds=PATIENCE):
        """Waits until no such place shows the words."""
        end = time.perf_counter() + seconds
        while any(all(word in text for word in words) for text in self.texts(css)):
            expect(time.perf_counter() < end, f"{self.name}: {css} still shows {words}")
            time.sleep(0.01)

    def until(self, script, sentence, seconds=PATIENCE):
        end = time.perf_counter() + seconds
        while not (answer := self.run(script)):
            expect(time.perf_counter() < end, f"{self.name}: {sentence}: not so after {seconds:.0f} s")
            time.sleep(0.01)
        return answer

    @property
    def focused(self):
        return self.run("return document.activeElement?.id ?? ''")

    # What a person does.

    def press(self, *keys):
        """Presses keys by their places: "KeyV", "Shift+Slash", "Ctrl+Enter", "ArrowDown"."""
        signs = layouts.signs(self.layout)
        for key in keys:
            *held, code = key.split("+")
            shift, control = "Shift" in held, "Ctrl" in held
            if code in layouts.NAMED:
                number, text = layouts.NAMED[code]
                sign = code
            else:
                number, sign = layouts.number(code), " " if code == "Space" else signs[code][shift]
                text = sign
            self._strike(code, sign, "" if control else text, number, (CONTROL if control else 0) | (SHIFT if shift else 0))

    def type(self, text):
        """Types a text on this window's keyboard; signs that it has not come as if pasted."""
        places = layouts.places(self.layout)
        for sign in text:
            code, shift = places.get(sign, ("", False))
            number = 32 if code == "Space" else layouts.number(code) if code else 0
            self._strike(code, sign, sign, number, SHIFT if shift else 0)

    def _strike(self, code, sign, text, number, held):
        parts = {"code": code, "key": sign, "windowsVirtualKeyCode": number, "modifiers": held}
        self.command("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **parts, **({"text": text} if text else {}))
        self.command("Input.dispatchKeyEvent", type="keyUp", **parts)
        if self.pace:
            time.sleep(self.pace)

    def click(self, css):
        """A click of the mouse in the middle of what is first found."""
        self.until(f"return document.querySelector({css!r}) !== null", f"there is {css}")
        where = self.run("const one = document.querySelector(arguments[0]); one.scrollIntoView({block: 'center'}); const box = one.getBoundingClientRect();"
                         "return [box.x + box.width / 2, box.y + box.height / 2]", css)
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left", clickCount=1)

    def choose(self, css, file):
        """Hands a file to an input, as a person does in the system's own dialog."""
        self.driver.find_element("css selector", css).send_keys(str(file))

    # What went wrong, and what it looks like.

    def complaints(self):
        """All that the browser's console has said since it was last asked."""
        return [f"{line['level']} {line['message'][:300]}" for line in self.driver.get_log("browser")]

    def quiet(self, expected=()):
        said = [line for line in self.complaints() if not any(word in line for word in expected)]
        expect(not said, f"{self.name}: the console is not empty: {said[:3]}")

    def shot(self, name):
        if self.shots:
            pathlib.Path(self.shots).mkdir(parents=True, exist_ok=True)
            self.driver.save_screenshot(str(pathlib.Path(self.shots) / f"{name}.png"))
