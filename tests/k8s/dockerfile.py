"""Builds what a Dockerfile describes without a container engine: its steps are read and carried out in overlays.

The base image is stood for by this machine's Debian, with a Python where the image has it. All above it is made as the
file says: RUN in a chroot, COPY from the context as .dockerignore leaves it, or from another stage. It needs root, for
mounts. An instruction that is not understood is an error.
"""

import contextlib
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_RUN_TIMEOUT: Final = 600.0
_PASSED_ON: Final = re.compile(r"(PIP_|SSL_|REQUESTS_|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY).*", re.IGNORECASE)
_BASE: Final = {
    "PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LD_LIBRARY_PATH": "/usr/local/lib",  # the image's linker knows the place of Python's library by itself
}


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction."""

    keyword: str
    text: str


@dataclass
class Stage:
    """An image in the making: its own files are in `upper`, all of them are seen below `root`."""

    base: str
    folder: Path
    env: dict[str, str] = field(default_factory=lambda: dict(_BASE))
    workdir: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)

    @property
    def upper(self) -> Path:
        """What its steps have written."""
        return self.folder / "upper"

    @property
    def root(self) -> Path:
        """The whole file system, while it is mounted."""
        return self.folder / "root"


def steps(text: str) -> list[Step]:
    """The instructions of a Dockerfile, with continued lines joined and comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    found = (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    return [Step(keyword.upper(), rest.strip()) for keyword, _, rest in found]


class Builder:
    """Carries the steps out. A context manager: the mounts go with it."""

    def __init__(self, dockerfile: Path, context: Path, folder: Path) -> None:
        self._steps = steps(dockerfile.read_text())
        self._context = context
        self._folder = folder  # a file system of its own: an overlay takes no layer that is a part of another
        self._ignored = _ignore_rules(context / f"{dockerfile.name}.dockerignore", context / ".dockerignore")
        self._mounts = contextlib.ExitStack()
        self._stages: dict[str, Stage] = {}

    def __enter__(self) -> "Builder":
        _mount(self._mounts, "tmpfs", self._folder, "mode=755,size=3g")
        return self

    @property
    def python(self) -> Path:
        """The layer that stands for the base image's own."""
        return self._folder / "python"

    def __exit__(self, *_: object) -> None:
        self._mounts.close()

    def build(self) -> Stage:
        """The last stage.

        Raises:
            ValueError: an instruction is not known here.
            subprocess.CalledProcessError: a RUN failed; its output is in the error.
        """
        python = _python_layer(self.python)
        stage: Stage | None = None
        for step in self._steps:
            if step.keyword == "FROM":
                stage = self._begin(step.text, python)
            else:
                assert stage is not None, "a Dockerfile begins with FROM"
                self._carry_out(stage, step)
        assert stage is not None
        return stage

    def _begin(self, text: str, python: Path) -> Stage:
        image, _, name = re.sub(" as ", " AS ", text, flags=re.IGNORECASE).partition(" AS ")
        stage = Stage(image, self._folder / f"stage-{len(self._stages)}")
        self._stages[name or str(len(self._stages))] = stage
        work = stage.folder / "work"
        for path in (stage.upper, work, stage.root):
            path.mkdir(parents=True)
        _mount(self._mounts, "overlay", stage.root, f"lowerdir={python}:/,upperdir={stage.upper},workdir={work}")
        _mount_system(self._mounts, stage.root)
        return stage

    def _carry_out(self, stage: Stage, step: Step) -> None:
        match step.keyword:
            case "RUN":
                self._run(stage, step.text)
            case "COPY":
                self._copy(stage, shlex.split(step.text))
            case "ENV":
                for pair in shlex.split(step.text):
                    name, _, value = pair.partition("=")
                    stage.env[name] = re.sub(r"\$\{?(\w+)\}?", lambda found: stage.env.get(found[1], ""), value)
            case "WORKDIR":
                stage.workdir = os.path.join(stage.workdir, step.text)
                _inside(stage, stage.workdir).mkdir(parents=True, exist_ok=True)
            case "USER":
                stage.user = step.text
            case "CMD":
                stage.command = json.loads(step.text)
            case "HEALTHCHECK":
                stage.healthcheck = json.loads(step.text.partition("CMD")[2])
            case "LABEL":
                pass
            case unknown:
                raise ValueError(f"{unknown} is not an instruction that can be carried out here")

    def _run(self, stage: Stage, command: str) -> None:
        env = stage.env | {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}
        inside = f"cd {shlex.quote(stage.workdir)} && {command}"
        subprocess.run(
            ["chroot", f"--userspec={stage.user}", stage.root, "/bin/sh", "-ec", inside],  # noqa: S607
            env=env,
            check=True,
            capture_output=True,
            text=True,
            timeout=_RUN_TIMEOUT,
        )

    def _copy(self, stage: Stage, words: list[str]) -> None:
        options = [word for word in words if word.startswith("--")]
        *sources, target = (word for word in words if not word.startswith("--"))
        origin = next((option.removeprefix("--from=") for option in options if option.startswith("--from=")), None)
        destination = _inside(stage, os.path.join(stage.workdir, target))
        for source in sources:
            if origin is not None:
                found, ignore = _inside(self._stages[origin], source), None
            else:
                found, ignore = self._context / source, self._ignore
                if self._is_ignored(found):
                    raise FileNotFoundError(f".dockerignore leaves {source} out of the context")
            if found.is_dir():
                shutil.copytree(found, destination, symlinks=True, dirs_exist_ok=True, ignore=ignore)
            else:
                into = destination / found.name if target.endswith("/") or len(sources) > 1 else destination
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, into)

    def _ignore(self, folder: str, entries: list[str]) -> set[str]:
        return {entry for entry in entries if self._is_ignored(Path(folder, entry))}

    def _is_ignored(self, path: Path) -> bool:
        """By the last rule that the path, or a folder above it, meets."""
        relative = path.relative_to(self._context).as_posix()
        above = [relative, *(parent.as_posix() for parent in Path(relative).parents if parent.name)]
        ignored = False
        for rule in self._ignored:
            pattern = rule.lstrip("!")
            names = [one.rpartition("/")[2] for one in above] if pattern.startswith("**/") else above
            if any(fnmatch.fnmatchcase(name, pattern.removeprefix("**/")) for name in names):
                ignored = not rule.startswith("!")
        return ignored


@contextlib.contextmanager
def read_only(stage: Stage, python: Path) -> Iterator[Path]:
    """The finished image as a container has it here: nothing can be written but below /tmp."""
    root = stage.folder / "container"
    root.mkdir()
    with contextlib.ExitStack() as mounts:
        _mount(mounts, "overlay", root, f"lowerdir={stage.upper}:{python}:/")
        _mount_system(mounts, root)
        yield root


def may_mount(folder: Path) -> bool:
    """Whether this process can do what a build needs, tried out in an empty folder."""
    try:
        with contextlib.ExitStack() as mounts:
            _mount(mounts, "tmpfs", folder, "mode=755")
            layers = [folder / name for name in ("upper", "work", "root")]
            for layer in layers:
                layer.mkdir()
            _mount(mounts, "overlay", layers[2], f"lowerdir=/,upperdir={layers[0]},workdir={layers[1]}")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _mount(mounts: contextlib.ExitStack, kind: str, target: Path, options: str) -> None:
    subprocess.run(["mount", "-t", kind, kind, "-o", options, target], check=True, capture_output=True)  # noqa: S607
    mounts.callback(_unmount, target)


def _mount_system(mounts: contextlib.ExitStack, root: Path) -> None:
    for name in ("dev", "proc"):
        subprocess.run(["mount", "--rbind", f"/{name}", root / name], check=True, capture_output=True)  # noqa: S607
        subprocess.run(["mount", "--make-rslave", root / name], check=True, capture_output=True)  # noqa: S607
        mounts.callback(_unmount, root / name)
    _mount(mounts, "tmpfs", root / "tmp", "mode=1777,size=512m")


def _unmount(target: Path) -> None:
    subprocess.run(["umount", "-R", "-l", target], check=False, capture_output=True)  # noqa: S607


def _inside(stage: Stage, path: str) -> Path:
    return stage.root / path.lstrip("/")


def _ignore_rules(*candidates: Path) -> list[str]:
    found = next((path for path in candidates if path.exists()), None)
    lines = found.read_text().splitlines() if found else []
    return [line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#")]


def _python_layer(folder: Path) -> Path:
    """What the Python image has above Debian: an interpreter with pip below /usr/local. This one's, copied."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    binaries, library = folder / "usr/local/bin", folder / "usr/local/lib" / version
    binaries.mkdir(parents=True)
    base = Path(sys.base_prefix)
    shutil.copy2(Path(sys._base_executable).resolve(), binaries / version)  # type: ignore[attr-defined]
    for name in ("python3", "python"):
        (binaries / name).symlink_to(version)
    skipped = shutil.ignore_patterns("site-packages", "dist-packages", "test", "tests", "__pycache__", "config-*")
    shutil.copytree(base / "lib" / version, library, symlinks=False, ignore=skipped)
    for shared in (base / "lib").glob(f"lib{version}*.so*"):
        shutil.copy2(shared, folder / "usr/local/lib" / shared.name)
    import pip  # noqa: PLC0415 - the environment's own; Debian's Python has none

    shutil.copytree(Path(pip.__file__).parent, library / "site-packages" / "pip", ignore=skipped)
    (library / "dist-packages").symlink_to("site-packages")
    (binaries / "pip").write_text(
        f"#!/usr/local/bin/{version}\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"
    )
    (binaries / "pip").chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    return folder
