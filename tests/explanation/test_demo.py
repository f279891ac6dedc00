"""The page to try scores on: its server, and the page in a real browser."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from spacy.language import Language

from spacy_sarcasm.explanation.demo_server import MAX_CHARACTERS, DemoServer

HOSTILE = (
    "<img src=x onerror=document.title='owned'> "
    "</script><script>document.title='owned'</script> & \u202eabc"
)


@pytest.fixture
def server(bundled: Language) -> Iterator[DemoServer]:
    with DemoServer(bundled) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(
    server: DemoServer, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.request(method, path, body, {key.replace("_", "-"): v for key, v in headers.items()})
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    return reply, content


def explained(server: DemoServer, text: str) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"text": text}).encode()
    reply, content = ask(server, "POST", "/explain", body, Content_Type="application/json")
    return reply.status, json.loads(content)


def test_page_and_its_files(server: DemoServer) -> None:
    for path, kind in (("/", "html"), ("/demo.css", "css"), ("/demo.js", "javascript")):
        reply, content = ask(server, "GET", path)
        assert reply.status == 200
        assert kind in reply.headers["Content-Type"]
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert "unsafe" not in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert b"http://" not in content
        assert b"https://" not in content
    assert server.server_address[0] == "127.0.0.1"


def test_sentences(server: DemoServer, bundled: Language) -> None:
    text = "Area man wins argument. The council met on tuesday.\n\n"
    status, found = explained(server, text)
    assert status == 200
    assert found["score"] == pytest.approx(bundled(text)._.sarcasm, abs=1e-5)
    first, second = found["sentences"]
    assert first["score"] == pytest.approx(bundled("Area man wins argument.")._.sarcasm, abs=1e-5)
    assert "".join(piece["text"] for piece in first["pieces"]) == "Area man wins argument."
    assert second["strongest"]
    for empty in ("", "  \n "):
        assert explained(server, empty) == (
            200,
            {"score": None, "tokens_read": None, "sentences": []},
        )


def test_a_cut_text_says_so(server: DemoServer) -> None:
    assert explained(server, "word " * 513)[1]["tokens_read"] == 512


def test_long_and_hostile_text(server: DemoServer) -> None:
    for text in (
        "word " * 2000,
        "x" * 10_000,
        "<script>" * 1250,
        "\0\x1b\r\n" * 2500,
        "👩‍👩‍👧" * 2000,
    ):
        status, found = explained(server, text)
        assert status == 200
        pieces = (piece["text"] for one in found["sentences"] for piece in one["pieces"])
        assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[" * 100_000, 400),
        (b'"text"', 400),
        (b'{"text": 3}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b"\xff\xfe", 400),
        (json.dumps({"text": "x" * (MAX_CHARACTERS + 1)}).encode(), 413),
        (b" " * 1_000_000, 413),
    ],
)
def test_bad_requests_are_answered(server: DemoServer, body: bytes, status: int) -> None:
    reply, content = ask(server, "POST", "/explain", body, Content_Type="application/json")
    assert reply.status == status
    assert json.loads(content)["error"]
    assert explained(server, "still here")[0] == 200


def test_other_sites_are_refused(server: DemoServer) -> None:
    port = server.server_port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1:1"):
        for method, path in (("GET", "/"), ("POST", "/explain")):
            assert ask(server, method, path, b"{}", Host=host)[0].status == 403
    assert ask(server, "GET", "/", Host=f"localhost:{port}")[0].status == 200
    body = b'{"text": "a"}'
    reply, _ = ask(
        server,
        "POST",
        "/explain",
        body,
        Content_Type="application/json",
        Origin="http://evil.example",
    )
    assert reply.status == 403
    assert ask(server, "POST", "/explain", body, Content_Type="text/plain")[0].status == 415
    assert ask(server, "GET", "/../../etc/passwd")[0].status == 404
    assert ask(server, "GET", "/explain")[0].status == 404
    assert ask(server, "PUT", "/explain", body)[0].status == 501


def test_a_taken_port_is_named(server: DemoServer, bundled: Language) -> None:
    with pytest.raises(OSError, match=f"port {server.server_port}.*--port"):
        DemoServer(bundled, server.server_port)


def test_strings_do_not_pile_up(server: DemoServer, bundled: Language) -> None:
    explained(server, "warm up")
    before = len(bundled.vocab.strings)
    explained(server, " ".join(f"neverseen{i}" for i in range(300)))
    assert len(bundled.vocab.strings) <= before + 5


@pytest.fixture
def browser() -> Iterator[Any]:
    webdriver = pytest.importorskip(
        "selenium.webdriver", reason="selenium is not installed: pip install selenium"
    )
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("chromium is not installed: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "window-size=900,900",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield running
    running.quit()


def wait_for(browser: Any, script: str, seconds: float = 60) -> Any:
    """Wait until a script returns what is true, and return that."""
    end = time.monotonic() + seconds
    while not (value := browser.execute_script(f"return {script}")):
        assert time.monotonic() < end, f"waited in vain for {script}"
        time.sleep(0.1)
    return value


def type_text(browser: Any, text: str) -> None:
    browser.execute_script(
        "const box = document.getElementById('text'); box.value = arguments[0];"
        "box.dispatchEvent(new Event('input'))",
        text,
    )


@pytest.mark.slow
def test_page_in_a_browser(server: DemoServer, browser: Any, bundled: Language) -> None:
    keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
    browser.get(server.url)
    sentences = "document.querySelectorAll('#sentences li').length"

    # By keyboard alone: text, examples, slider.
    box = browser.find_element("id", "text")
    box.send_keys("Area man wins argument with himself.")
    wait_for(browser, f"{sentences} === 1")
    marked = browser.find_element("css selector", "#sentences .sx-up")
    assert marked.get_attribute("title").startswith("+")
    assert marked.value_of_css_property("background-color") != "rgba(0, 0, 0, 0)"
    assert marked.value_of_css_property("text-decoration-style") == "solid"
    # Its name for screen readers comes from the label, its result from a live region.
    assert box.accessible_name == "Text"
    status = browser.find_element("id", "status")
    assert status.aria_role == "status"
    score = bundled("Area man wins argument with himself.")._.sarcasm
    assert f"{score:.3f}" in status.text
    assert "1 of 1" in status.text
    slider = browser.find_element("id", "threshold")
    assert slider.accessible_name == "Threshold"
    slider.send_keys(keys.END)
    wait_for(browser, "document.getElementById('status').textContent.includes('0 of 1')")
    slider.send_keys(keys.HOME)
    wait_for(browser, "document.getElementById('status').textContent.includes('1 of 1')")
    browser.find_elements("css selector", "#examples button")[1].send_keys(keys.ENTER)
    wait_for(browser, f"{sentences} === 2")

    type_text(browser, HOSTILE)
    shown = "[...document.querySelectorAll('.sx-text')].map(x => x.textContent).join(' ')"
    wait_for(browser, f"{shown}.includes('onerror')")
    assert browser.title == "Sarcasm scores as you type"
    assert not browser.find_elements("css selector", "#sentences img, #sentences script")

    type_text(browser, "Oh great, another meeting about meetings. " * 240)
    wait_for(browser, f"{sentences} === 240")
    type_text(browser, "x" * 30_000)
    wait_for(browser, "document.getElementById('status').classList.contains('error')")
    type_text(browser, "")
    wait_for(browser, f"{sentences} === 0")
    # The refused text is in the log; nothing else went wrong, and no policy was broken.
    log = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert [line for line in log if "413" not in line] == []


@pytest.mark.slow
def test_pictures_in_a_browser(browser: Any, bundled: Language, tmp_path: Any) -> None:
    from spacy_sarcasm import explain

    text = f"  {HOSTILE}\r\n\n  مرحبا שלום 👩‍👩‍👧 {'very' * 300}\r end "
    page = tmp_path / "page.html"
    page.write_bytes(explain(bundled, text).to_html(page=True).encode())
    browser.get(page.as_uri())
    shown = browser.execute_script("return document.querySelector('.sx-text').textContent")
    assert shown == text
    assert browser.title == "Why this sarcasm score"
    width = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert browser.execute_script(f"return {width}")
