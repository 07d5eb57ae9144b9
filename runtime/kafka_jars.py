"""Apache Kafka's server as Maven has it: its jar and those it needs, each checked against the list beside the pom."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from runtime.errors import NotInstalled, StartFailed

_FOLDER: Final = Path(__file__).resolve().parent / "kafka"
_PLUGIN: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_TIMEOUT: Final = 600


def ensure() -> Path:
    """The folder with the jars; they are fetched the first time (43 MB).

    Raises:
        NotInstalled: there is no Java or Maven, or Maven could not fetch them.
        StartFailed: a jar is not what the list says.
    """
    for program, package in (("java", "openjdk-17-jre-headless"), ("mvn", "maven")):
        if shutil.which(program) is None:
            raise NotInstalled(f"{program} is missing, Kafka needs it: apt-get install {package}.")
    lines = (line.split() for line in (_FOLDER / "jars.sha256").read_text().splitlines())
    wanted = {name: digest for digest, name in lines}
    digest = hashlib.sha256("".join(sorted(wanted.values())).encode()).hexdigest()
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "todo-assistant"
    folder = base / f"kafka-{digest[:12]}"
    base.mkdir(parents=True, exist_ok=True)
    with (base / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = base / f".kafka.{os.getpid()}"
            try:
                _fetch(draft)
                _check(draft, wanted)
                draft.rename(folder)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    return folder


def _fetch(target: Path) -> None:
    command = ["mvn", "-B", "-q", "-f", str(_FOLDER / "pom.xml"), _PLUGIN, f"-DoutputDirectory={target}"]
    try:
        done = subprocess.run(
            [*command, "-DincludeScope=runtime"], capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"Maven did not fetch Kafka's jars within {_TIMEOUT} s.") from None
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise NotInstalled("Maven could not fetch Kafka's jars:\n" + "\n".join(lines[:5]))


def _check(folder: Path, wanted: dict[str, str]) -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.jar")}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise StartFailed(f"Kafka's jars are not those of {_FOLDER / 'jars.sha256'}: {', '.join(wrong)}.")
