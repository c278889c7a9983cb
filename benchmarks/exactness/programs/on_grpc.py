"""Methods of gRPC servicers, on a threaded server and on an asyncio one."""

import functools

import grpc
from driving import grpc_aio_server, grpc_server


def careful(method):
    @functools.wraps(method)
    def checked(self, asked, context):
        return method(self, asked, context)

    return checked


class Shop:
    def Pay(self, asked, context):  # <- entry unary /threads.Shop/Pay: Shop.Pay
        return asked

    @careful
    def Wrapped(self, asked, context):  # <- entry unary /threads.Shop/Wrapped: Shop.Wrapped
        return asked

    def List(self, asked, context):  # <- entry stream /threads.Shop/List: Shop.List
        yield asked

    def Abort(self, asked, context):  # <- entry unary /threads.Shop/Abort: Shop.Abort
        context.abort(grpc.StatusCode.NOT_FOUND, "no")


class AioShop:
    async def Pay(self, asked, context):  # <- entry unary /asyncio.Shop/Pay: AioShop.Pay
        return asked

    async def List(self, asked, context):  # <- entry stream /asyncio.Shop/List: AioShop.List
        yield asked

    async def Fail(self, asked, context):  # <- entry unary /asyncio.Shop/Fail: AioShop.Fail
        raise ValueError


def handlers(service, servicer, unary, stream):
    """What generated code gives to a server."""
    methods = {name: grpc.unary_unary_rpc_method_handler(getattr(servicer, name)) for name in unary}
    methods |= {name: grpc.unary_stream_rpc_method_handler(getattr(servicer, name)) for name in stream}
    return grpc.method_handlers_generic_handler(service, methods)


_visits = {
    "threads": grpc_server([handlers("threads.Shop", Shop(), ["Pay", "Wrapped", "Abort"], ["List"])]),
    "asyncio": grpc_aio_server([handlers("asyncio.Shop", AioShop(), ["Pay", "Fail"], ["List"])]),
}


def visit(arity, method):
    _visits[method[1:].split(".")[0]](arity, method)
