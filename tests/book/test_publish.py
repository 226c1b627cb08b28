"""What makes the pages a site: addresses, previews, dates, links to edit and to report, sitemap, 404 page, Binder."""

import io
import re
import subprocess
import sys
import tomllib
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest
import yaml
from accessibility import violations
from PIL import Image, ImageChops

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "book" / "_ext"), str(ROOT / "book" / "_formats")]
import preview  # noqa: E402
from booksite import binder, feedback, history, publish  # noqa: E402

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
REPOSITORY = CONFIG["repository"]["url"]
SITE = publish.site_of(REPOSITORY)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHAPTER, EXERCISE, LAB = "book/layers/pooling", "exercises/pooling", "book/labs/transfer"


@pytest.fixture(scope="module")
def page(site):
    return lambda name: (site / f"{name}.html").read_text(encoding="utf-8")


def pages(site):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter for part in toc["parts"] for chapter in part["chapters"]]
    names = [toc["root"], *(one["file"] for chapter in chapters for one in [chapter, *chapter.get("sections", [])])]
    assert all((site / f"{name}.html").is_file() for name in names)
    return names


def test_every_page_has_its_address_a_preview_a_version_and_two_links(site, page):
    for name in pages(site):
        html = page(name)
        canonical = re.findall(r'<link rel="canonical" href="([^"]*)"', html)
        preview = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)"', html))
        assert canonical == [preview["og:url"]] == [f"{SITE}{name}.html"]
        assert preview["og:title"]
        assert "<" not in unescape(preview["og:title"])
        assert 40 < len(unescape(preview["og:description"])) < 210, name
        assert preview["og:image"] == f"{SITE}_static/preview.png"
        assert 40 < len(preview["og:image:alt"]) < 210
        assert preview["twitter:card"] == "summary_large_image"
        assert html.count('name="viewport"') == 1
        assert f"Version {PROJECT['version']}" in html
        assert html.count('class="report-error"') == 1
        assert html.count(">Edit this page</a>") == 1


def test_the_picture_of_the_book_is_small_and_drawn_from_its_title(site, page):
    path = site / "_static" / "preview.png"
    given = dict(re.findall(r'<meta property="og:image:(\w+)" content="(\d+)"', page(CHAPTER)))
    assert path.stat().st_size < 100_000
    drawn = io.BytesIO()
    preview.draw(CONFIG["title"]).savefig(drawn)
    with Image.open(path) as stored, Image.open(drawn) as anew:
        assert stored.size == anew.size == (int(given["width"]), int(given["height"]))
        far = ImageChops.difference(stored.convert("RGB").reduce(8), anew.convert("RGB").reduce(8))
        assert max(high for _, high in far.getextrema()) < 32, "run `make preview`"


def test_a_report_says_which_page_it_is_about(page):
    link = unescape(re.search(r'class="report-error" href="([^"]*)"', page(CHAPTER))[1])
    asked = parse_qs(urlsplit(link).query)
    assert link.startswith(f"{REPOSITORY}/issues/new?")
    assert asked["title"] == ["Error in: What does pooling forget?"]
    assert asked["body"][0].startswith(f"Page: {CHAPTER}.ipynb\nVersion {PROJECT['version']}")
    assert (ROOT / ".github" / "ISSUE_TEMPLATE" / asked["template"][0]).is_file()


@pytest.mark.parametrize(("name", "source"), [(CHAPTER, f"{CHAPTER}.ipynb"), (EXERCISE, "solutions/pooling.ipynb")])
def test_what_is_edited_is_the_source(page, name, source):
    assert f'href="{REPOSITORY}/edit/{CONFIG["repository"]["branch"]}/{source}"' in page(name)
    assert (ROOT / source).is_file()


@pytest.mark.browser
def test_a_report_from_a_number_says_which_number(context, address):
    tab = context.new_page()
    tab.goto(f"{address('server')}/{CHAPTER}.html")
    link = tab.locator('a.proven[href^="#"]:visible').first
    link.scroll_into_view_if_needed()
    link.hover()
    report = tab.locator("#proven-popup a.proven-report")
    report.wait_for()
    asked = parse_qs(urlsplit(report.get_attribute("href")).query)
    label = link.get_attribute("href").rpartition("#")[2]
    claim, where, *_ = asked["body"][0].split("\n")
    assert claim == f"Number: {link.inner_text()}, computed by the cell {label}"
    assert where == f"Page: {CHAPTER}.ipynb"
    assert asked["title"] == ["Error in: What does pooling forget?"]


def test_the_sitemap_lists_every_page_with_its_day(site):
    tree = ElementTree.parse(site / "sitemap.xml")
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    assert {one.text for one in tree.iterfind(".//s:loc", space)} == {f"{SITE}{name}.html" for name in pages(site)}
    days = [one.text for one in tree.iterfind(".//s:lastmod", space)]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days)


@pytest.mark.browser
def test_a_wrong_address_leads_back(site, context, address):
    text = (site / "404.html").read_text(encoding="utf-8")
    icon, *links = re.findall(r'(?:href|src)="([^"]*)"', text)
    assert ElementTree.fromstring(unquote(icon.removeprefix("data:image/svg+xml,"))).get("viewBox")
    assert links == [f"{SITE}book/index.html", f"{SITE}search.html"]
    tab = context.new_page()
    tab.goto(f"{address('server')}/404.html")
    assert violations(tab) == ""
    assert (context.blocked, context.errors) == ([], [])


def test_colab_is_offered_everywhere_and_binder_where_torch_is_not_needed(site, page):
    for name in pages(site):
        source, html = ROOT / f"{name}.ipynb", page(name)
        if source.is_file():
            torch = binder.NEEDS_TORCH in source.read_text(encoding="utf-8")
            assert f"/github/{urlsplit(REPOSITORY).path.strip('/')}/blob/main/{name}.ipynb" in html
            assert ("https://mybinder.org/" in html) == (not torch), name
    assert "mybinder" in page(EXERCISE)
    assert "mybinder" not in page(LAB)


# The parts


@pytest.mark.parametrize(
    ("repository", "site"),
    [
        ("https://github.com/book/book", "https://book.github.io/book/"),
        ("https://github.com/Owner/Book/", "https://owner.github.io/Book/"),
        ("https://github.com/Owner/owner.github.io", "https://owner.github.io/"),
    ],
)
def test_the_site_follows_from_the_repository(repository, site):
    assert publish.site_of(repository) == site


def test_the_source_of_an_exercise_is_its_solution():
    assert feedback.source_of("exercises/lenet.ipynb") == "solutions/lenet.ipynb"
    assert feedback.source_of("book/labs/transfer.ipynb") == "book/labs/transfer.ipynb"


def test_a_page_has_the_day_of_its_last_commit(tmp_path):
    def git(*words, day="2026-03-01"):
        dated = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
        names = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *names, *words], cwd=tmp_path, env=dated | {"PATH": "/usr/bin:/bin"}, check=True)

    (tmp_path / "book").mkdir()
    git("init", "-q")
    for day in ("2026-03-01", "2026-04-02"):
        (tmp_path / "book" / "a.md").write_text(day)
        (tmp_path / "book" / "ü.md").write_text("once")
        git("add", ".")
        git("commit", "-qm", day, day=day)
    history.commit_dates.cache_clear()
    assert history.changed(tmp_path, "book/a.md") == "2026-04-02"
    assert history.changed(tmp_path, "book/ü.md") == "2026-03-01"


def test_without_a_checkout_the_environment_knows_the_day_or_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    history.commit_dates.cache_clear()
    assert history.changed(tmp_path, "book/a.md") == ""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    assert history.changed(tmp_path, "book/a.md") == "2026-09-21"
