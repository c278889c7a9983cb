"""Orders and customers: a Flask application over SQLAlchemy. Run: flask --app ordering run"""

from flask import Flask, jsonify
from werkzeug.exceptions import HTTPException

from . import customers, database, orders, reports, sample_data


def create_app() -> Flask:
    app = Flask(__name__)
    app.register_blueprint(orders.blueprint)
    app.register_blueprint(customers.blueprint)
    app.register_blueprint(reports.blueprint)
    app.cli.add_command(sample_data.create_database)
    app.register_error_handler(HTTPException, lambda error: (jsonify(message=error.description), error.code))
    app.teardown_appcontext(lambda _: database.session.remove())

    @app.get("/health")
    def health():
        return {"status": "ok"}

    return app
