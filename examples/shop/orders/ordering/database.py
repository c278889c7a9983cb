"""The one engine and the session of the current request or job. The file is named by ORDERS_DATABASE."""

import os

from sqlalchemy import create_engine
from sqlalchemy.orm import scoped_session, sessionmaker

engine = create_engine(f"sqlite:///{os.environ.get('ORDERS_DATABASE', 'orders.sqlite3')}")
session = scoped_session(sessionmaker(engine))
