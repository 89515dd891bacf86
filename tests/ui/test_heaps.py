import platform
import subprocess
import sys

import pytest

from ui.heaps import share_heaps

# Forty threads, one after the other alive together, each of which allocates and frees: how many heaps the library made.
THREADS = """
import ctypes, threading, xml.etree.ElementTree as tree, tempfile
from ui.heaps import share_heaps
assert share_heaps(2) is {said}
go = threading.Barrier(40)
def work():
    go.wait()
    kept = [bytearray(5_000) for _ in range(50)]
    go.wait()
threads = [threading.Thread(target=work) for _ in range(40)]
for each in threads: each.start()
for each in threads: each.join()
library = ctypes.CDLL(None)
library.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as file:
    stream = ctypes.c_void_p(library.fopen(file.name.encode(), b"w"))
    library.malloc_info(0, stream)
    library.fclose(stream)
    print(len(tree.parse(file.name).getroot().findall("heap")))
"""

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps of threads are glibc's")


def heaps_of(said, **environment):
    program = [sys.executable, "-c", THREADS.format(said=said)]
    done = subprocess.run(program, capture_output=True, text=True, check=True, env={"PATH": "", **environment})
    return int(done.stdout)


@pytest.fixture(autouse=True)
def here(monkeypatch, request):
    monkeypatch.chdir(request.config.rootpath)


def test_many_threads_share_few_heaps():
    assert heaps_of(said=True) <= 2


def test_what_the_environment_says_stands():
    assert heaps_of(said=False, MALLOC_ARENA_MAX="5") == 5


def test_another_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert share_heaps() is False
