"""Prints a table with the CRC-32C of every file under a folder."""

import argparse
from pathlib import Path

import crcmod.predefined
from crcmod.crcmod import _usingExtension as compiled
from tabulate import tabulate


def checksum(path):
    crc = crcmod.predefined.Crc("crc-32c")
    with path.open("rb") as file:
        while chunk := file.read(1 << 16):
            crc.update(chunk)
    return crc.hexdigest().lower()


def rows(folder):
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder), path.stat().st_size, checksum(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("samples"))
    args = parser.parse_args()

    print(tabulate(rows(args.folder), headers=["file", "bytes", "crc32c"]))
    print("implementation:", "C" if compiled else "Python")


if __name__ == "__main__":
    main()
