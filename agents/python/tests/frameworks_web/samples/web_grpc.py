"""Servicers as the gRPC compiler's output registers them, without its messages: bytes in, bytes out."""

import functools

import grpc
import grpc.aio
from web_trail import Seen


def logged(behavior):
    @functools.wraps(behavior)
    def log(self, request, context):
        return behavior(self, request, context)

    return log


class Shop:
    def Pay(self, request, context):  # <- pay
        return request

    @logged
    def Decorated(self, request, context):  # <- decorated
        return request

    def Raises(self, request, context):  # <- raises
        raise Seen

    def Aborts(self, request, context):  # <- aborts
        context.abort(grpc.StatusCode.NOT_FOUND, "none")

    def Streams(self, request, context):  # <- streams
        yield request
        yield request

    def Collects(self, requests, context):  # <- collects
        return b"".join(requests)

    def Chats(self, requests, context):  # <- chats
        yield from requests


class AioShop:
    async def Pay(self, request, context):  # <- aio_pay
        return request

    async def Raises(self, request, context):  # <- aio_raises
        raise Seen

    async def Aborts(self, request, context):  # <- aio_aborts
        await context.abort(grpc.StatusCode.NOT_FOUND, "none")

    async def Streams(self, request, context):  # <- aio_streams
        yield request
        yield request

    async def Collects(self, requests, context):  # <- aio_collects
        return b"".join([request async for request in requests])

    async def Chats(self, requests, context):  # <- aio_chats
        async for request in requests:
            yield request


def a_function(request, context):  # <- a_function
    return request


class Generic(grpc.GenericRpcHandler):
    """Answers by a look-up of its own."""

    def service(self, handler_call_details):
        if handler_call_details.method == "/generic.Service/Function":
            return grpc.unary_unary_rpc_method_handler(a_function)
        return None


class Early(grpc.ServerInterceptor):
    """Answers in place of the method when asked to, and wraps it otherwise."""

    def intercept_service(self, continuation, handler_call_details):
        if ("early", "1") in handler_call_details.invocation_metadata:
            return grpc.unary_unary_rpc_method_handler(lambda request, context: b"early")
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler

        def around(request, context):
            return handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(around)


class AioEarly(grpc.aio.ServerInterceptor):
    async def intercept_service(self, continuation, handler_call_details):
        if ("early", "1") in handler_call_details.invocation_metadata:

            async def answer(request, context):
                return b"early"

            return grpc.unary_unary_rpc_method_handler(answer)
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        behavior = handler.unary_unary

        async def around(request, context):
            return await behavior(request, context)

        return grpc.unary_unary_rpc_method_handler(around)


_ARITIES = {"Streams": "unary_stream", "Collects": "stream_unary", "Chats": "stream_stream"}


def handlers_of(shop):
    """The dictionary that generated code makes of a servicer."""
    names = [name for name in dir(shop) if name[0].isupper()]
    return {
        name: getattr(grpc, f"{_ARITIES.get(name, 'unary_unary')}_rpc_method_handler")(getattr(shop, name))
        for name in names
    }


def add_generic(shop, server, name):
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers_of(shop)),))


def add_registered(shop, server, name):
    """As the compiler does from 1.63 on: both ways."""
    add_generic(shop, server, name)
    server.add_registered_method_handlers(name, handlers_of(shop))
