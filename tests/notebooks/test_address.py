"""`make address` changes the repository's address everywhere, and nothing else."""

import subprocess

import address
import pytest

OLD, NEW = "https://github.com/cnnbook/cnnbook", "https://github.com/School-of-Maths/cnn.book"


@pytest.fixture
def checkout(tmp_path):
    """The tracked files that may hold an address."""
    names = subprocess.run(["git", "ls-files"], cwd=address.ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split():
        if (address.ROOT / name).suffix in {".toml", ".yml", ".ipynb", ".md"}:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes((address.ROOT / name).read_bytes())
    subprocess.run("git init -q && git add .", cwd=tmp_path, shell=True, check=True)
    return tmp_path


def texts(root):
    paths = [path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts[:1]]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_all_places_change_and_back_again_is_where_it_began(checkout):
    before = texts(checkout)
    changed = set(address.main(NEW, checkout))
    assert {"pyproject.toml", "_config.yml", "solutions/lenet.ipynb", "book/layers/pooling.ipynb"} <= changed
    after = texts(checkout)
    left = [name for name, text in after.items() if "cnnbook/cnnbook" in text and not name.startswith("exercises/")]
    assert left == [], "exercises are derived anew by make exercises"
    assert {name for name in before if before[name] != after[name]} == changed
    address.main(OLD, checkout)
    assert texts(checkout) == before


@pytest.mark.parametrize(
    "wrong", ["", "github.com/a/b", f"{OLD}.git", f"{OLD}/", "https://example.org/a/b", OLD + "/tree"]
)
def test_what_is_no_address_is_refused(wrong, tmp_path):
    remedy = r"is no address of a repository: use one such as https://github\.com/owner/name"
    with pytest.raises(SystemExit, match=remedy):
        address.main(wrong, tmp_path)
