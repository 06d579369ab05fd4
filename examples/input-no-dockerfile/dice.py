import argparse
import random


def roll(count: int, sides: int) -> list[int]:
    return [random.randint(1, sides) for _ in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Rolls dice.")
    parser.add_argument("dice", nargs="?", default="2d6", help="for example 3d8")
    count, sides = map(int, parser.parse_args().dice.split("d"))
    result = roll(count, sides)
    print(" + ".join(map(str, result)), "=", sum(result))


if __name__ == "__main__":
    main()
