"""A small shop over SQLAlchemy, with a middleware of the user's in front. Marks name the lines that ask for data."""

from sqlalchemy import Column, ForeignKey, Integer, String, select, text
from sqlalchemy.orm import DeclarativeBase, Session, relationship


class Base(DeclarativeBase):
    pass


class Cart(Base):
    __tablename__ = "cart"
    id = Column(Integer, primary_key=True)
    items = relationship("Item")


class Item(Base):
    __tablename__ = "item"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    cart_id = Column(Integer, ForeignKey("cart.id"))


async def asks_async(engine):
    async with engine.connect() as connection:
        return (await connection.execute(text("select 7"))).scalar()  # <- asks-async


class Middleware:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)


def shop(framework, engine):
    """A WSGI application of the `framework` class, with a cart in the engine's database."""
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Cart(id=1, items=[Item(name="tea")]))
        session.commit()
    app = framework(__name__)

    @app.before_request
    def answers_early():
        from flask import request

        if request.path == "/through-a-hook":
            with Session(engine) as session:
                return str(len(session.scalars(select(Item)).all()))  # <- hook
        return None

    @app.get("/loads")
    def loads():
        with Session(engine) as session:
            return session.scalars(select(Item)).one().name  # <- loads

    @app.get("/lazily")
    def lazily():
        with Session(engine) as session:
            cart = session.get(Cart, 1)
            return cart.items[0].name  # <- lazily

    app.wsgi_app = Middleware(app.wsgi_app)
    return app
