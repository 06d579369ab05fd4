from flask import Flask, jsonify

from . import native


def create_app():
    app = Flask(__name__)

    @app.get("/")
    def index():
        return "orders service\n"

    @app.get("/db")
    def db():
        import psycopg2

        return jsonify(
            driver=psycopg2.__version__.split()[0],
            libpq=psycopg2.__libpq_version__,
        )

    @app.get("/length/<text>")
    def length(text):
        return jsonify(length=native.length(text))

    return app
