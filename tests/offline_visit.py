"""Every page of a service visited without a browser, then a question asked in one: run where there is no network."""

import re
import sys
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx
from browsing import ARGUMENTS, CHROMIUM, serve_command, serving, visit
from lxml import html
from playwright.sync_api import sync_playwright

QUESTION = "Quelles actions ciblent la maîtrise de stage ?"
# What a browser fetches by itself, or sends a form to.
_FETCHED = "//@src | //link/@href | //form/@action | //@formaction | //@poster | //@data | //@srcset"
_IN_STYLES = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+['"]([^'"]+)""")
_MOST_PAGES = 150
_STARTS = ("/", "/api", "/integration", "/healthz", "/readyz", "/config", "/theme.css", "/api/v1/openapi.json")


def crawl(home):
    """Follow every link of the site; yield what leads elsewhere, or fails."""
    waiting, seen = [urljoin(home, start) for start in _STARTS], set()
    with httpx.Client(follow_redirects=True, timeout=120) as client:
        while waiting and len(seen) < _MOST_PAGES:
            address = waiting.pop(0)
            if address in seen:
                continue
            seen.add(address)
            answer = client.get(address)
            if answer.status_code >= 500:
                yield f"{address}: {answer.status_code}"
            fetched, links = addresses(answer)
            yield from (f"{address} fetches {one}" for one in fetched if not one.startswith((home, "data:")))
            waiting += [urldefrag(one)[0] for one in (*fetched, *links) if one.startswith(home)]
    sys.stdout.write(f"{len(seen)} addresses\n")


def addresses(answer):
    """What a page fetches, and where it links to."""
    kind = answer.headers.get("content-type", "")
    here = str(answer.url)
    if "html" in kind:
        page = html.fromstring(answer.content)
        found = (page.xpath(_FETCHED), page.xpath("//a/@href"))
        return tuple([urljoin(here, address) for address in some] for some in found)
    styles = _IN_STYLES.findall(answer.text) if "css" in kind else ()
    return [urljoin(here, one or other) for one, other in styles], []


def ask_in_browser(home):
    """Ask a question as a visitor does; whatever is fetched elsewhere fails the visit."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with visit(browser, home) as page:
            page.get_by_label("Votre question").fill(QUESTION)
            page.get_by_role("button", name="Envoyer").click()
            page.locator(".cls-turn .cls-sources").first.wait_for()
            page.locator(".cls-turn .cls-mark").first.click()
            page.locator(".cls-side mark").first.wait_for()
        browser.close()


if __name__ == "__main__":
    with serving(serve_command(Path(sys.argv[2]))) as url:
        if sys.argv[1] == "pages":
            problems = list(crawl(url))
            sys.exit("\n".join(problems) or 0)
        ask_in_browser(url)
