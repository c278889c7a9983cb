"""What would take up the server's memory or time is known before it is unpacked."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pytest
from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo
from spanorigin_server.source.checkout import Checkout
from spanorigin_server.source.sizes import packed_size
from spanorigin_server.source.snapshot import Unreadable


def test_sizes_are_those_that_git_tells_whole_or_as_differences(shop):
    made = random.Random(1)
    text = "".join(f"line {made.random()}\n" for _ in range(2000))
    for number in range(20):
        shop.write("grows.txt", text + f"one more, {number}\n" * number)
        shop.write(f"small{number}.txt", f"{number}")
        shop.commit()
    shop.git("repack", "-a", "-d", "-f", "--depth=50", "--window=50", "--quiet")
    told = shop.git(
        "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype) %(objectsize) %(deltabase)"
    )
    rows = [line.split() for line in told.splitlines()]
    assert sum(set(base) != {"0"} for _, _, _, base in rows) > 10, "nothing was kept as a difference"
    sizes = {name: int(size) for name, _, size, _ in rows}
    bases = {name: base for name, _, _, base in rows}

    def largest(name: str) -> int:
        chain = [name]
        while set(bases[chain[-1]]) != {"0"}:
            chain.append(bases[chain[-1]])
        return max(sizes[each] for each in chain)

    with Repo(str(shop.root)) as repo:
        for name, kind, _, _ in rows:
            found = packed_size(repo.object_store.packs, name.encode())
            # A difference's own length is told as well, and may be a few bytes more than what it makes of its base.
            assert found is not None
            assert largest(name) <= found <= max(largest(name), 100 if kind == "tree" else 0) + 64
        assert packed_size(repo.object_store.packs, b"0" * 40) is None


def test_a_file_of_hundreds_of_megabytes_in_a_small_pack_is_refused_unread(shop):
    zeros = 200 * 1024 * 1024
    place = shop.root / "zeros.py"
    with place.open("wb") as file:
        file.truncate(zeros)
    shop.git("-c", "core.bigFileThreshold=1m", "add", "zeros.py")
    head = shop.commit()
    shop.git("repack", "-a", "-d", "--quiet")
    assert sum(pack.stat().st_size for pack in shop.root.glob(".git/objects/pack/*.pack")) < 1_000_000
    files = Checkout(shop.root).at_commit(head)

    tracemalloc.start()
    with pytest.raises(Unreadable, match=r"209\.7 MB"):
        files.content("zeros.py")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 20_000_000


def test_a_tree_that_names_a_file_without_end_is_listed_up_to_a_limit(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("spanorigin_server.source.checkout._LISTED_MOST", 1000)
    repo = Repo.init_bare(str(tmp_path / "bomb"), mkdir=True)
    blob = Blob.from_string(b"x")
    inner = Tree()
    for number in range(10):
        inner.add(b"f%d" % number, 0o100644, blob.id)
    objects = [blob, inner]
    for _ in range(20):
        outer = Tree()
        for number in range(10):
            outer.add(b"d%d" % number, 0o040000, objects[-1].id)
        objects.append(outer)
    commit = Commit()
    commit.tree = objects[-1].id
    commit.author = commit.committer = b"a <a@example.org>"
    commit.author_time = commit.commit_time = 1
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = b"ten to the power of twenty-one files"
    for each in (*objects, commit):
        repo.object_store.add_object(each)
    repo.close()

    files = Checkout(tmp_path / "bomb").at_commit(commit.id.decode())

    assert 0 < len(list(files.paths())) <= 1000
