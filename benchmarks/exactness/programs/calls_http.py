"""Calls of other services over HTTP and gRPC, by each client, blocking and awaited. `at` knows where they are."""

import asyncio

import aiohttp
import grpc
import httpx
import requests
import urllib3


def by_requests(at):
    return requests.get(at.http, timeout=10)  # <- exit by_requests: by_requests


# fmt: off
def by_requests_over_lines(at):
    return requests.post(  # <- exit by_requests_over_lines: by_requests_over_lines
        at.http,
        data={"item": 1},
        timeout=10,
    )
# fmt: on


class Client:
    def __init__(self, at):
        self.session = requests.Session()
        self.address = at.http

    def order(self):
        return self._send("order")

    def _send(self, what):
        return self.session.post(self.address, data=what, timeout=10)  # <- exit by_a_session: Client._send


def by_a_session(at):
    return Client(at).order()


def by_urllib3(at):
    return urllib3.PoolManager().request("GET", at.http)  # <- exit by_urllib3: by_urllib3


def by_httpx(at):
    with httpx.Client() as client:
        return client.get(at.http)  # <- exit by_httpx: by_httpx


def by_httpx_streamed(at):
    with httpx.stream("GET", at.http) as answer:  # <- exit by_httpx_streamed: by_httpx_streamed
        return answer.read()


async def by_httpx_awaited(at):
    async with httpx.AsyncClient() as client:
        return await client.get(at.http)  # <- exit by_httpx_awaited: by_httpx_awaited


async def _asked(client, at):
    return await client.get(at.http)  # <- exit by_httpx_through: _asked


async def by_httpx_through(at):
    async with httpx.AsyncClient() as client:
        return await _asked(client, at)


async def by_httpx_gathered(at):
    async with httpx.AsyncClient() as client:
        calls = [client.get(at.http), client.get(at.http)]  # <- exit by_httpx_gathered, or none: by_httpx_gathered
        return await asyncio.gather(*calls)  # <- exit by_httpx_gathered, or none: by_httpx_gathered


async def by_httpx_in_a_task(at):
    async with httpx.AsyncClient() as client:
        task = asyncio.create_task(client.get(at.http))  # <- exit by_httpx_in_a_task, or none: by_httpx_in_a_task
        return await task  # <- exit by_httpx_in_a_task, or none: by_httpx_in_a_task


async def by_httpx_own_task(at):
    async def work():
        async with httpx.AsyncClient() as client:
            return await client.get(at.http)  # <- exit by_httpx_own_task: by_httpx_own_task.<locals>.work

    return await asyncio.create_task(work())


async def by_httpx_timed(at):
    async with httpx.AsyncClient() as client:
        return await asyncio.wait_for(client.get(at.http), 9)  # <- exit by_httpx_timed, or none: by_httpx_timed


async def by_aiohttp(at):
    async with aiohttp.ClientSession() as session:
        async with session.get(at.http) as answer:  # <- exit by_aiohttp: by_aiohttp
            return await answer.text()


async def by_aiohttp_gathered(at):
    async with aiohttp.ClientSession() as session:
        calls = [
            session.get(at.http),
            session.get(at.http),
        ]  # <- exit by_aiohttp_gathered, or none: by_aiohttp_gathered
        await asyncio.gather(*calls)  # <- exit by_aiohttp_gathered, or none: by_aiohttp_gathered


def by_grpc(at):
    with grpc.insecure_channel(at.grpc) as channel:
        return channel.unary_unary("/echo.Echo/Say")(b"a")  # <- exit by_grpc: by_grpc


def by_grpc_stream(at):
    with grpc.insecure_channel(at.grpc) as channel:
        return list(channel.unary_stream("/echo.Echo/List")(b"a"))  # <- exit by_grpc_stream: by_grpc_stream


async def by_grpc_awaited(at):
    async with grpc.aio.insecure_channel(at.grpc) as channel:
        method = channel.unary_unary("/echo.Echo/Say")
        return await method(b"a")  # <- exit by_grpc_awaited: by_grpc_awaited
