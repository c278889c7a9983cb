"""A user's calls to other services, through each HTTP library. Marks name the lines that spans must point at."""

import asyncio

import aiohttp
import httpx
import requests
import urllib3


def by_requests(address):
    return requests.get(address, timeout=10)  # <- requests


class Shop:
    """A call through a session, from a method, over several lines, two user frames deep."""

    def __init__(self):
        self.session = requests.Session()

    def order(self, address):
        return self._send(address)  # <- session-caller

    # fmt: off
    def _send(self, address):
        return (
            self.session.post(  # <- session
                address,
                data={"item": 1},
                timeout=10,
            )
        )
    # fmt: on


def by_urllib3(address):
    pool = urllib3.PoolManager()
    return pool.request("GET", address)  # <- urllib3


def by_httpx(address):
    with httpx.Client() as client:
        return client.get(address)  # <- httpx


async def by_httpx_async(address):
    async with httpx.AsyncClient() as client:
        return await client.get(address)  # <- httpx-async


async def by_httpx_async_through(address):
    answer = await by_httpx_async(address)  # <- httpx-async-caller
    return answer.status_code


async def by_aiohttp(address):
    async with aiohttp.ClientSession() as session, session.get(address) as answer:  # <- aiohttp
        return await answer.text()


async def httpx_gathered(address):
    async with httpx.AsyncClient() as client:
        await asyncio.gather(client.get(address), client.get(address))  # <- httpx-gathered


async def aiohttp_gathered(address):
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(session.get(address), session.get(address))  # <- aiohttp-gathered
