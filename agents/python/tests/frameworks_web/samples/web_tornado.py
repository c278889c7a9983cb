"""A Tornado application: handlers of every kind that its documentation shows."""

from pathlib import Path

from tornado import gen, web, websocket
from web_trail import Seen

tracer = None


class Plain(web.RequestHandler):
    def get(self, number):  # <- plain_get
        self.write(number)

    async def post(self, number):  # <- plain_post
        with tracer.start_as_current_span("by hand"):
            await gen.sleep(0)

    @gen.coroutine
    def put(self, number):  # <- plain_put
        yield gen.sleep(0)

    def delete(self, number):  # <- plain_delete
        raise Seen

    def patch(self, number):  # <- plain_patch
        raise web.HTTPError(404)


class Inherits(Plain):
    def head(self, number):  # <- inherits_head
        pass


class Asks(web.RequestHandler):
    def get_current_user(self):
        return self.get_argument("user", None)

    @web.authenticated
    def get(self):  # <- asks_get
        pass


class Prepares(web.RequestHandler):
    async def prepare(self):
        await gen.sleep(0)
        if self.get_argument("early", None):
            self.finish("early")

    def get(self):  # <- prepares_get
        pass


@web.stream_request_body
class Streams(web.RequestHandler):
    def data_received(self, chunk):
        pass

    def put(self):  # <- streams_put
        pass


class Chat(websocket.WebSocketHandler):
    def on_message(self, message):  # <- chat
        self.write_message(message)


class Files(web.StaticFileHandler):  # <- files
    pass


def application():
    return web.Application(
        [
            (r"/plain/(\d+)", Plain),
            (r"/inherits/(\d+)", Inherits),
            (r"/asks", Asks),
            (r"/prepares", Prepares),
            (r"/streams", Streams),
            (r"/chat", Chat),
            (r"/files/(.*)", Files, {"path": str(Path(__file__).parent)}),
            (r"/moved", web.RedirectHandler, {"url": "/plain/1"}),
        ],
        login_url="/plain/1",
    )
