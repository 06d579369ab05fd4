/** Tools that install others' packages and that no program needs at run time, unless its start goes through them. */
export const installerTools: ReadonlySet<string> = new Set('poetry uv pipenv pdm hatch virtualenv pip-tools poetry-core poetry-plugin-export poetry-dynamic-versioning pipx'.split(' '));

/** Packages of development that lock files and frozen lists carry along: what they call is no need of the program. */
export const developmentTools: ReadonlySet<string> = new Set('pre-commit tox nox commitizen twine bump2version bumpversion gitlint python-semantic-release gitpython-stubs semantic-release bandit check-manifest setuptools-scm'.split(' '));

/**
 * Packages that write files where the program runs, or into the home of the user: data bases, caches, models, sessions. With one of them a
 * new user without a home may break the program.
 */
export const writingPackages: ReadonlySet<string> = new Set(
  ('transformers huggingface-hub sentence-transformers datasets diffusers tokenizers accelerate nltk torch torchvision torchaudio keras tensorflow tensorflow-hub matplotlib seaborn streamlit gradio jupyter jupyterlab notebook jupyterhub voila ' +
    'selenium webdriver-manager undetected-chromedriver seleniumbase playwright pyppeteer patchright camoufox openai-whisper faster-whisper easyocr ultralytics kaggle mlflow wandb prefect apache-airflow dagster yfinance requests-cache tldextract ' +
    'fake-useragent fake-useragent diskcache tinydb sqlitedict peewee dataset chromadb lancedb duckdb pyrogram telethon kurigram pyrofork scrapy supervisor circus luigi rasa spacy gensim flair stanza pooch astropy sunpy yt-dlp youtube-dl pytube gitpython ' +
    'pygit2 dulwich dvc ansible ansible-core mitmproxy pywal scrapyd locust pysqlite3 pysqlite3-binary aiosqlite django-rq celery-beat zodb whoosh tiktoken litellm langflow chainlit robyn nodeenv prisma pyinstaller cookiecutter hydra-core ' +
    'pytorch-lightning lightning fastai detectron2 paddlepaddle paddleocr rembg insightface deepface gdown cdsapi kagglehub plotly-orca kaleido pdfkit weasyprint sqlmodel aider-chat instaloader instagrapi telegram-send watchdog reflex nicegui flet').split(' '),
);

/** Environment variables that neither pip nor a build reads: they belong to the program alone. */
export const programVariables = /^(?:PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|PYTHONFAULTHANDLER|PYTHONPATH|PORT|HOST|FLASK_\w+|DJANGO_\w+|GUNICORN_\w+|UVICORN_\w+|STREAMLIT_\w+|GRADIO_\w+|DATABASE_\w+|DB_\w+|POSTGRES_\w+|MYSQL_\w+|REDIS_\w+|MONGO\w*|AWS_\w+|LOG_LEVEL|DEBUG|SECRET_KEY|APP_ENV|ENV|ENVIRONMENT|CELERY_\w+|OPENAI_\w+|TOKEN|BOT_TOKEN|API_KEY|TELEGRAM_\w+|DISCORD_\w+)$/;
