"""What preflight says, with the machine's facts given to it."""

import os
import subprocess
from pathlib import Path

import pytest

PREFLIGHT = Path(__file__).parents[2] / "docker" / "preflight"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="it gives volumes to other users, as root in its container")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "proc/sys/vm").mkdir(parents=True)
    (tmp_path / "proc/sys/vm/max_map_count").write_text("262144\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal:       16384000 kB\n")
    for name in ("data", "models", "keys", "admin", "redis-conf"):
        (tmp_path / "volumes" / name).mkdir(parents=True)
    return tmp_path


def look(machine: Path, **variables: str) -> tuple[int, str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PREFLIGHT_PROC": str(machine / "proc"),
        "PREFLIGHT_VOLUMES": str(machine / "volumes"),
        "STACK_LEAST_DISK_MB": "1",
        **variables,
    }
    done = subprocess.run(
        [PREFLIGHT], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


def test_a_machine_that_is_right(machine: Path) -> None:
    code, said = look(machine)
    assert code == 0 and "WRONG" not in said
    assert [(machine / "volumes" / name).stat().st_uid for name in ("data", "models", "keys")] == [10001] * 3


def test_the_password_is_made_once_and_each_copy_is_its_readers(machine: Path) -> None:
    look(machine)
    file = machine / "volumes/admin/elastic_password"
    copy = file.with_name("elastic_password.setup")
    first = file.read_text()
    assert len(first) == 48 and copy.read_text() == first
    assert (oct(file.stat().st_mode & 0o777), file.stat().st_uid, copy.stat().st_uid) == ("0o400", 1000, 10001)
    code, said = look(machine, ELASTIC_PASSWORD="another")
    assert code == 0 and file.read_text() == first
    assert first not in said


def test_a_password_that_is_given_is_taken(machine: Path) -> None:
    look(machine, ELASTIC_PASSWORD="of the user's: $x")
    assert (machine / "volumes/admin/elastic_password").read_text() == "of the user's: $x"


def test_redis_gets_a_password_once_and_each_copy_is_its_readers(machine: Path) -> None:
    said = look(machine)[1]
    conf, address = machine / "volumes/redis-conf/redis.conf", machine / "volumes/keys/searchapp_redis_url"
    word, password = conf.read_text().split()
    assert (word, len(password)) == ("requirepass", 48) and password not in said
    assert address.read_text() == f"redis://:{password}@redis:6379/0"
    facts = [(oct(file.stat().st_mode & 0o777), file.stat().st_uid) for file in (conf, address)]
    assert facts == [("0o400", 999), ("0o400", 10001)]
    address.unlink()  # somebody emptied the volume
    assert "made the password of Redis" not in look(machine)[1]
    assert conf.read_text().split()[1] == password and password in address.read_text()


def test_few_memory_maps(machine: Path) -> None:
    (machine / "proc/sys/vm/max_map_count").write_text("65530\n")
    code, said = look(machine)
    assert code == 1
    assert "WRONG  vm.max_map_count is 65530; Elasticsearch wants at least 262144." in said
    assert "sudo sysctl -w vm.max_map_count=" in said
    assert not (machine / "volumes/admin/elastic_password").exists()
    assert look(machine, STACK_ALLOW_LOW_MAP_COUNT="1")[0] == 0


def test_everything_that_is_wrong_is_said_at_once(machine: Path) -> None:
    (machine / "proc/sys/vm/max_map_count").write_text("65530\n")
    (machine / "proc/meminfo").write_text("MemTotal:        4096000 kB\n")
    code, said = look(machine, STACK_LEAST_DISK_MB="999999999")
    assert code == 1 and said.count("WRONG") == 2
    assert "NOTE   Docker has 4000 MB of memory" in said
    assert "indices want 999999999 MB" in said
