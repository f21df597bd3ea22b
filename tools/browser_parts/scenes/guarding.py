"""Who is turned away, and what the page says when its daemon is gone."""
import http.client

from bench_parts.daemons import expect, until


def _asked(port, method, path, body=None, **headers):
    """One request as any program on this machine could make it; status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    fields = {"Host": f"127.0.0.1:{port}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in fields.items():
        connection.putheader(name, value)
    data = (body or "").encode()
    if method == "POST":
        connection.putheader("Content-Length", str(len(data)))
    connection.endheaders(data)
    answer = connection.getresponse()
    result = answer.status, dict(answer.getheaders()), b"" if path == "/changes" and answer.status == 200 else answer.read()
    connection.close()
    return result


def strangers(team, gate, _):
    """No pass, a used pass, another name, origin or site: nothing; and nothing that the page does breaks its own rules."""
    team.start(a=3, b=0)
    address = team.gate.control.one("open")["address"]
    port, launch = int(address.split(":")[2].split("/")[0]), address.split("#")[1]
    own = {"Origin": f"http://127.0.0.1:{port}"}
    question = '{"people":{}}'
    status, headers, _ = _asked(port, "POST", "/session", launch, **own)
    expect(status == 204, "a fresh pass is good")
    cookie = headers["Set-Cookie"].split(";")[0]
    expect("HttpOnly" in headers["Set-Cookie"] and "SameSite=Strict" in headers["Set-Cookie"], "no script and no other site gets the cookie")
    good = own | {"Cookie": cookie}
    expect(_asked(port, "POST", "/ask", question, **good)[0] == 200, "with a pass there is an answer")
    refused = {
        "a pass twice": ("POST", "/session", launch, own),
        "no pass": ("POST", "/ask", question, own),
        "a made-up pass": ("POST", "/ask", question, own | {"Cookie": cookie.split("=")[0] + "=" + "0" * 64}),
        "changes without a pass": ("GET", "/changes", None, {}),
        "a file without a pass": ("POST", "/file", "a,b", own),
        "another name": ("POST", "/ask", question, good | {"Host": "rollcall.example"}),
        "another port's name": ("POST", "/ask", question, good | {"Host": f"127.0.0.1:{port + 1}"}),
        "no name for files": ("GET", "/", None, {"Host": "rollcall.example"}),
        "another origin": ("POST", "/ask", question, good | {"Origin": "http://127.0.0.1:1"}),
        "no origin": ("POST", "/ask", question, {"Cookie": cookie}),
        "a null origin": ("POST", "/ask", question, good | {"Origin": "null"}),
        "another site": ("POST", "/ask", question, good | {"Sec_Fetch_Site": "cross-site"}),
        "another site's GET": ("GET", "/changes", None, good | {"Sec_Fetch_Site": "cross-site"}),
        "a neighbour's port": ("GET", "/", None, {"Sec_Fetch_Site": "same-site"}),
        "a GET that asks": ("GET", "/ask", None, good),
        "another method": ("PUT", "/ask", question, good),
    }
    for what, (method, path, body, fields) in refused.items():
        status, headers, said = _asked(port, method, path, body, **fields)
        expect(400 <= status < 500, f"{what}: refused, not {status}")
        expect(len(said) < 200, f"{what}: the refusal says no more than why")
        expect("Access-Control-Allow-Origin" not in headers and "default-src 'none'" in headers["Content-Security-Policy"], f"{what}: no door for others")
    for request in ('{"rosterImport":{"path":"/etc/hostname","list":null,"key":null,"columns":[],"skipBad":false}}', '{"backup":{"path":"/tmp/x"}}', '{"panic":{}}'):
        expect(b"not-allowed" in (said := _asked(port, "POST", "/ask", request, **good)[2]) or b"usage" in said, "the page may not name files, nor end the register")
    gate.driver.get("about:blank")
    gate.driver.get(address)
    gate.see("main .empty")
    expect(not gate.texts("table") and not gate.texts("nav a"), "a used address opens nothing")
    gate.open(team.gate, "en")
    gate.quiet(strangers.expected)
    gate.run("document.body.append(Object.assign(new Image(), {src: `http://127.0.0.1:${Number(location.port) + 1}/x.png`}))")
    seen = until(lambda: [line for line in gate.complaints() if "Content Security Policy" in line], "what breaks the page's rules is seen in the console", 10, 0.05)
    expect(seen, "a planted picture from elsewhere is refused")
    return f"{len(refused)} ways in are shut"


def gone_while_typing(team, gate, _):
    """The daemon stops, later locks, while somebody types: the page says so, and the words stay."""
    team.start(a=3, b=0)
    record = team.on_line(1)["record"]
    gate.open(team.gate, "en").layout = "en"
    gate.person(record)
    while gate.run("return document.querySelector('tr.chosen').id") != "field-rank":
        gate.press("ArrowDown")
    gate.press("Enter")
    gate.press("Backspace")
    gate.type("major")
    team.gate.stop()
    gate.see("header .warning", "does not answer")
    gate.type(" general")
    gate.press("Enter")
    expect(gate.run("return document.activeElement.value") == "major general", "what was typed is still there, with the focus")
    gate.shot("gone-typing")
    gate.see("main .empty", "nothing is shown any more")
    expect(gate.run("return document.querySelector('.unsaved input').value") == "major general", "what was typed is still there, by itself")
    expect(not gate.texts("main table") and not gate.texts("header nav"), "nobody is shown any more")
    gate.shot("gone-closed")
    team.gate.start(team.gate.address)
    gate.open(team.gate, "en").person(record)
    expect("major" not in gate.text("#field-rank"), "what was not saved is nowhere")


gone_while_typing.expected = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")
strangers.expected = ("401 (Unauthorized)",)
