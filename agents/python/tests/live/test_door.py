"""The door of a process: who may knock, what it costs, and that it is gone when it should be."""

import json
import os
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from spanorigin.door import serving as house
from spanorigin.door.places import door_in, doors, folders, why_unfit
from spanorigin.door.serving import REQUEST_LIMIT_BYTES, Door
from spanorigin.model import SettingError
from spanorigin.settings import Settings

SECONDS = 20.0


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "doors"


@pytest.fixture
def made(folder):
    """A function that opens a door in `folder`; all are closed at the end."""
    opened = []

    def make(answer=lambda request: {"got": request}, failures=None, **options):
        failed = failures.append if failures is not None else pytest.fail
        door = Door(str(folder), answer, failed, **{"opens_after": 0, **options})
        opened.append(door)
        door.open()
        return door

    yield make
    for door in opened:
        door.close()


def wait_until(condition):
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def opened(door):
    wait_until(lambda: door.verdict.accepted)
    return door


def path_of(folder):
    return door_in(folder, os.getpid())


def said(folder, sent, end=True):
    """What the door answers to raw bytes."""
    with socket.socket(socket.AF_UNIX) as asker:
        asker.settimeout(SECONDS)
        asker.connect(str(path_of(folder)))
        try:
            asker.sendall(sent)
            if end:
                asker.shutdown(socket.SHUT_WR)
        except BrokenPipeError:
            pass
        pieces = []
        try:
            while piece := asker.recv(65536):
                pieces.append(piece)
        except ConnectionResetError:
            pass
        return b"".join(pieces)


def threads():
    return len(list(Path("/proc/self/task").iterdir()))


def test_it_answers_a_line_of_json_with_one(made, folder):
    opened(made())

    assert json.loads(said(folder, b'{"ask": "x"}\n', end=False)) == {"got": {"ask": "x"}}


def test_no_other_user_can_reach_it(made, folder):
    opened(made())

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(path_of(folder).stat().st_mode) == 0o600
    assert stat.S_ISSOCK(path_of(folder).stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_who_gets_through_the_folder_is_not_answered(made, folder, tmp_path):
    """As if the folder had been opened to all by hand: the peer's user is asked for as well."""
    opened(made())
    for place in (*list(tmp_path.parents)[:-1], tmp_path, folder):
        place.chmod(place.stat().st_mode | 0o755)
    path_of(folder).chmod(0o777)
    code = (
        "import os, socket, sys\n"
        "os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.settimeout(9); print('connected')\n"
        "try: s.sendall(b'{}\\n'); print(s.recv(9))\n"
        "except (ConnectionResetError, BrokenPipeError): print(b'')"
    )

    done = subprocess.run([sys.executable, "-c", code, path_of(folder)], capture_output=True, text=True, timeout=30)

    assert done.stdout.split() == ["connected", "b''"], done.stderr
    assert said(folder, b"{}\n")  # we still are


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_that_others_can_enter_is_not_used(made, folder, mode):
    folder.mkdir()
    folder.chmod(mode)

    door = made()
    wait_until(lambda: door.verdict.reason != "not opened yet")

    assert not door.verdict.accepted
    assert "can be entered by other users" in door.verdict.reason
    assert list(folder.iterdir()) == []


def test_a_folder_that_somebody_laid_as_a_link_is_not_used(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")

    assert why_unfit(folder) == "is not a folder of this user's own"


def test_a_folder_that_cannot_be_made_says_why(tmp_path):
    (tmp_path / "file").write_text("")

    assert why_unfit(tmp_path / "file" / "below") == "cannot be used: Not a directory"
    assert why_unfit(tmp_path / "file") == "cannot be used: File exists"


def test_the_usual_folders_are_this_users():
    assert folders()
    assert all(folder.name in ("spanorigin", f"spanorigin-{os.geteuid()}") for folder in folders())


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\n",
        b"not json\n",
        b"\xff\xfe\n",
        b'{"ask": "x"',
        b"[" * 5000,
        b'"' + b"x" * (REQUEST_LIMIT_BYTES + 10) + b'"\n',
    ],
    ids=["nothing", "an empty line", "no json", "no text", "half", "too deep", "too long"],
)
def test_nonsense_is_not_answered_and_harms_nobody(made, folder, sent):
    failures = []
    opened(made(failures=failures))

    assert said(folder, sent) == b""

    assert json.loads(said(folder, b"{}\n")) == {"got": {}}
    assert failures == []


def test_an_error_inside_is_told_to_us_and_the_door_stays_open(made, folder):
    failures = []

    def answer(request):
        if request:
            raise LookupError("ours")
        return {}

    opened(made(answer, failures))

    assert said(folder, b'{"ask": 1}\n') == b""
    assert said(folder, b"{}\n") == b"{}\n"
    assert [type(failure) for failure in failures] == [LookupError]


def test_an_asker_who_says_nothing_keeps_the_next_one_waiting_for_a_moment_only(made, folder, monkeypatch):
    monkeypatch.setattr(house, "ASKER_SECONDS", 0.1)
    opened(made())
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(path_of(folder)))

        assert said(folder, b"{}\n")


def test_before_it_opens_nothing_is_in_the_file_system(made, folder):
    door = made(opens_after=60)

    assert not folder.exists()
    assert door.verdict.reason == "not opened yet"


def test_closed_it_leaves_no_file_and_no_thread(made, folder):
    before = threads()
    for opens_after in (0, 60):
        door = made(opens_after=opens_after)
        if not opens_after:
            opened(door)
        door.close()

        wait_until(lambda: threads() == before)
        assert doors(folder) == {}
        assert door.verdict.reason == "closed"


def test_closed_at_any_moment_of_its_opening_it_leaves_nothing(made, folder):
    before = threads()
    for number in range(60):
        door = made()
        time.sleep(number % 6 / 5000)
        door.close()

    wait_until(lambda: threads() == before)
    assert doors(folder) == {}


def test_a_fork_while_somebody_is_answered_leaves_a_door_that_answers(made, folder, monkeypatch):
    """The thread is busy then, and ends later than its successor begins; it must not take the other's door away."""
    monkeypatch.setattr(house, "ASKER_SECONDS", 0.6)
    opened(made())
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(path_of(folder)))
        time.sleep(0.05)
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        time.sleep(0.9)

    assert json.loads(said(folder, b"{}\n")) == {"got": {}}


HASTY = """
import os, signal, sys, time
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
from spanorigin.door import Door
door = Door(sys.argv[1], lambda request: time.sleep(0.2) or {"long": "x" * 1_000_000}, print, opens_after=0)
door.open()
while not door.verdict.accepted:
    time.sleep(0.01)
print("open", flush=True)
sys.stdin.read(1)
print("well")
"""


def test_an_asker_who_leaves_before_the_answer_does_not_end_a_program_that_minds_pipes(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HASTY, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    for _ in range(2):
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(str(door_in(folder, process.pid)))
            asker.sendall(b"{}\n")
        time.sleep(0.4)

    said, _ = process.communicate("x", timeout=SECONDS)

    assert (process.returncode, said) == (0, "well\n")


def test_its_thread_is_none_of_the_programs(made):
    before = threading.enumerate()

    opened(made())

    assert threading.enumerate() == before


def test_switched_off_it_does_not_open(folder):
    before = threads()

    door = Door("off", lambda request: {}, pytest.fail)
    door.open()

    assert door.verdict.reason == "SPANORIGIN_DOOR says off"
    assert threads() == before


def test_a_file_left_by_a_process_that_is_gone_is_no_obstacle(made, folder):
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path_of(folder)))

    opened(made())

    assert said(folder, b"{}\n")


def test_an_opening_door_clears_away_what_killed_processes_have_left_and_nothing_else(made, folder):
    folder.mkdir(mode=0o700)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with socket.socket(socket.AF_UNIX) as left, socket.socket(socket.AF_UNIX) as other:
        left.bind(str(door_in(folder, gone.pid)))
        # Of a process that is not to be seen from here, as in another container.
        unseen = 2**22 + 1
        other.bind(str(door_in(folder, unseen)))
        other.listen()

        opened(made())

        assert set(doors(folder)) == {os.getpid(), unseen}


def test_a_process_that_forks_has_no_thread_of_ours_meanwhile_and_both_answer_afterwards(made, folder):
    """os.fork() warns from 3.12 on where other threads run, since the child may inherit a lock that nobody holds."""
    before = threads()
    opened(made(lambda request: {"pid": os.getpid()}))
    reader, writer = os.pipe()

    at_fork = os.fork()
    if at_fork == 0:
        os.read(reader, 1)
        os._exit(0)
    try:
        assert threads() <= before + 1  # the new door's
        wait_until(lambda: set(doors(folder)) == {os.getpid(), at_fork})
        wait_until(lambda: _answers(door_in(folder, at_fork)))
        assert _answers(door_in(folder, at_fork))["pid"] == at_fork
        assert _answers(path_of(folder))["pid"] == os.getpid()
    finally:
        os.write(writer, b"x")
        os.waitpid(at_fork, 0)
        os.close(reader)
        os.close(writer)


def _answers(path):
    with socket.socket(socket.AF_UNIX) as asker:
        asker.settimeout(SECONDS)
        try:
            asker.connect(str(path))
        except OSError:
            return None
        asker.sendall(b"{}\n")
        return json.loads(asker.makefile().read() or "null")


FORKING = """
import os, sys, threading, time, warnings
warnings.simplefilter("error")
from spanorigin.door import Door
door = Door(sys.argv[1], lambda request: {}, print, opens_after=float(sys.argv[2]))
door.open()
end = time.monotonic() + 20
while sys.argv[2] == "0" and not door.verdict.accepted and time.monotonic() < end:
    time.sleep(0.01)
pid = os.fork()
if pid == 0:
    os._exit(len(os.listdir("/proc/self/task")) - 2)  # this thread, and the one that will open the child's door
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.parametrize("opens_after", ["0", "60"])
def test_a_fork_finds_no_thread_of_ours(folder, opens_after):
    done = subprocess.run(
        [sys.executable, "-c", FORKING, folder, opens_after], capture_output=True, text=True, timeout=60
    )

    assert (done.stdout.strip(), done.stderr) == ("0", "")


ENDING = """
import sys, time
from spanorigin.door import Door
door = Door(sys.argv[1], lambda request: {}, print, opens_after=0)
door.open()
while not door.verdict.accepted:
    time.sleep(0.01)
"""


def test_a_program_that_ends_takes_its_door_along(folder):
    done = subprocess.run([sys.executable, "-c", ENDING, folder], capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert folder.is_dir()
    assert doors(folder) == {}


@pytest.mark.parametrize(
    ("text", "expected"), [("true", "on"), ("0", "off"), ("OFF", "off"), ("/run/shop", "/run/shop"), ("", "on")]
)
def test_the_setting_is_a_switch_or_a_folder(text, expected):
    assert Settings.from_environment({"SPANORIGIN_DOOR": text}).door == expected


def test_a_folder_that_is_relative_is_refused_with_what_to_give():
    with pytest.raises(SettingError, match=r"SPANORIGIN_DOOR is 'doors'.*absolute path.*\[door-not-a-folder\]"):
        Settings.from_environment({"SPANORIGIN_DOOR": "doors"})


UNDER_GEVENT = """
from gevent import monkey; monkey.patch_all()
import json, os, sys, threading, time, gevent
from spanorigin.door import Door
from spanorigin.door.places import door_in
import pathlib
door = Door(sys.argv[1], lambda request: {"pid": os.getpid()}, print, opens_after=0)
door.open()
while not door.verdict.accepted:
    time.sleep(0.01)

def asked():
    import socket
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(door_in(pathlib.Path(sys.argv[1]), os.getpid())))
        s.sendall(b"{}\\n")
        return json.loads(s.makefile().read())

assert asked()["pid"] == os.getpid()
pid = os.fork()
if pid == 0:
    os._exit(0)
# gevent's own misses a child that ends before it has begun to watch.
monkey.get_original("os", "waitpid")(pid, 0)
while not door.verdict.accepted:
    time.sleep(0.01)
assert asked()["pid"] == os.getpid()
door.close()
print("well")
"""


def test_it_is_a_thread_of_its_own_under_gevent_too(folder):
    pytest.importorskip("gevent")

    done = subprocess.run([sys.executable, "-c", UNDER_GEVENT, folder], capture_output=True, text=True, timeout=60)

    assert (done.stdout.strip(), done.stderr) == ("well", "")


def test_the_peers_user_is_read_as_the_kernel_writes_it():
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        _, user, _ = struct.unpack("3i", one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))

    assert user == os.geteuid()
