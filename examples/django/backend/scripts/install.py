"""
Installs what requirements.txt pins into .packages, compiled: `pip install --target` for machines that may download
nothing. The index is Debian's own site directory.
"""
import compileall
import shutil
import sys
from importlib import metadata
from pathlib import Path
from py_compile import PycInvalidationMode

TARGET = Path(".packages")
NOT_COMPILED = shutil.ignore_patterns("__pycache__")


def install(name, version):
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        sys.exit(f"{name} is not installed on this machine.")
    if distribution.version != version:
        print(f"{name} {version} is wanted; there is {distribution.version}.")
    for top in (distribution.read_text("top_level.txt") or name).split():
        source = Path(distribution.locate_file(top))
        if source.is_dir():
            shutil.copytree(source, TARGET / top, ignore=NOT_COMPILED)
        elif source.with_suffix(".py").is_file():
            shutil.copy(source.with_suffix(".py"), TARGET)


shutil.rmtree(TARGET, ignore_errors=True)
TARGET.mkdir()
for line in Path("requirements.txt").read_text().split():
    install(*line.split("=="))
# By hash instead of time: a restored copy has other times.
compileall.compile_dir(TARGET, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
