"""The memory of chains: entries die with their code, stay within bounds, and never answer for other code."""

import gc
import threading
from types import CodeType

from spanorigin.origin.walk.chains import Chains


def code(name="work") -> CodeType:
    namespace = {}
    exec(compile(f"def {name}():\n    return 1\n", "/srv/app/made.py", "exec"), namespace)
    return namespace[name].__code__


def key(*codes, offset=2):
    return tuple(part for one in codes for part in (id(one), offset))


def test_what_was_kept_is_found_again():
    chains, made = Chains(), code()
    chains.keep(key(made), [made], {"line": 1})

    assert chains.table[key(made)] == {"line": 1}


def test_a_chain_dies_with_any_of_its_code():
    chains, stays, goes = Chains(), code("stays"), code("goes")
    chains.keep(key(stays), [stays], {"line": 1})
    chains.keep(key(goes, stays), [goes, stays], {"line": 2})
    chains.keep(key(stays, goes), [stays, goes], {"line": 3})

    del goes
    gc.collect()

    assert len(chains.dead) == 1
    assert chains.sweep()
    assert chains.table == {key(stays): {"line": 1}}
    assert not chains.dead


def test_nothing_is_left_of_code_that_is_gone():
    chains = Chains()
    for _ in range(50):
        made, other = code(), code()
        chains.keep(key(made, other, made), [made, other, made], {"line": 1})
    del made, other
    gc.collect()
    chains.sweep()

    assert (chains.table, chains._watches, chains._keys_of) == ({}, {}, {})


def test_an_address_that_is_used_again_is_not_answered_for():
    chains = Chains()
    addresses = set()
    for _ in range(200):
        made = code()
        assert chains.sweep()
        assert key(made) not in chains.table
        addresses.add(id(made))
        chains.keep(key(made), [made], {"line": 1})
        del made

    assert len(addresses) < 200, "no address was used again, so nothing was shown"


def test_the_oldest_chain_goes_when_the_memory_is_full():
    chains, codes = Chains(limit=3), [code() for _ in range(5)]
    for made in codes:
        chains.keep(key(made), [made], {"line": 1})

    assert list(chains.table) == [key(made) for made in codes[2:]]
    assert set(chains._watches) == {id(made) for made in codes[2:]}


def test_who_comes_while_another_thread_is_at_it_goes_on_without():
    chains, made = Chains(), code()
    answers = []

    def work():
        answers.append(chains.sweep())
        chains.keep(key(made), [made], {"line": 1})

    with chains._lock:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert answers == [False]
    assert chains.table == {}


def test_an_abandoned_memory_is_freed_though_its_code_lives_on():
    import weakref

    chains, made = Chains(), code()
    chains.keep(key(made), [made], {"line": 1})
    gone = weakref.ref(chains)

    del chains

    assert gone() is None
