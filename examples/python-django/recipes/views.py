import json
from functools import cache

from django.conf import settings
from django.http import Http404
from django.shortcuts import render


@cache
def all_recipes():
    path = settings.BASE_DIR / "recipes" / "data" / "recipes.json"
    return {r["slug"]: r for r in json.loads(path.read_text())}


def index(request):
    return render(request, "recipes/index.html", {"recipes": all_recipes().values()})


def detail(request, slug):
    try:
        recipe = all_recipes()[slug]
    except KeyError:
        raise Http404(slug)
    return render(request, "recipes/detail.html", {"recipe": recipe})
