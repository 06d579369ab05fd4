import sys

import yaml
from tabulate import tabulate

with open(sys.argv[1]) as file:
    menu = yaml.safe_load(file)
print(tabulate(sorted(menu.items()), headers=["dish", "price"]))
