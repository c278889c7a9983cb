"""How a user's code comes to have a library's function called in another greenlet. Run as a program.

python border_greenlets.py WALKER gevent|eventlet: prints a line of JSON, what each shape's spans carried.
"""

import json
import sys
from pathlib import Path


def own_function(call):
    call()  # <- own


def gevent_spawned(call):
    import gevent

    gevent.spawn(call).join()


def gevent_pool(call):
    from gevent.pool import Pool

    Pool(2).map(call, [1, 2])


def gevent_threadpool(call):
    import gevent

    gevent.get_hub().threadpool.apply(call)


def gevent_later(call):
    import gevent

    gevent.spawn_later(0.001, call).join()


def gevent_patched_thread(call):
    import threading

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


def gevent_own(call):
    import gevent

    gevent.spawn(own_function, call).join()


def gevent_nested(call):
    import gevent

    gevent.spawn(lambda: gevent.spawn(call).join()).join()


def eventlet_spawned(call):
    import eventlet

    eventlet.spawn(call).wait()


def eventlet_without_a_result(call):
    import eventlet

    eventlet.spawn_n(call)
    eventlet.sleep(0.01)


def eventlet_pool(call):
    import eventlet

    list(eventlet.GreenPool(2).imap(call, [1, 2]))


def eventlet_later(call):
    import eventlet

    eventlet.spawn_after(0.001, call).wait()


def eventlet_own(call):
    import eventlet

    eventlet.spawn(own_function, call).wait()


def greenlet_switched(call):
    import greenlet

    greenlet.greenlet(call).switch()  # <- switched


def main(walker, kind):
    if kind == "gevent":
        from gevent import monkey

        monkey.patch_all()
    elif kind == "eventlet":
        import eventlet

        eventlet.monkey_patch()
    from exit_support import Agent, Library

    agent = Agent(walker=walker, exclude=("*/tests/exit/*",))
    library = Library(agent.provider)
    found = {}
    with agent:
        for _ in range(2):  # at first sight, and seen before
            for name, shape in list(globals().items()):
                if name.startswith((f"{kind}_", "greenlet_")):
                    shape(library.call)
                    found.setdefault(name, []).append(
                        [[frame.line, frame.function] for span in agent.origins() for frame in span]
                    )
    print(json.dumps({"found": found, "failures": agent.failures(), "walker": agent.installation.walker}))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "exit"))
    main(*sys.argv[1:])
