"""What a thread waits for ends with the process, also when it begins only then."""

import subprocess
import sys

CODE = """
import subprocess, sys, threading
from concurrent.futures import ThreadPoolExecutor
from searchapp.children import end_children, ended_with_us

begun = threading.Event()
def wait():
    {before}
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], text=True)
    with process, ended_with_us(process):
        begun.set()
        process.wait()
ThreadPoolExecutor(1).submit(wait)
{after}
end_children()
"""


def run(before: str, after: str) -> None:
    """Run it to its end, for which there is less time than the child would take."""
    code = CODE.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr


def test_a_child_that_runs_is_ended() -> None:
    run("pass", "begun.wait()")


def test_a_child_that_is_started_while_the_process_ends_is_ended() -> None:
    run("import time; time.sleep(2)", "pass")
