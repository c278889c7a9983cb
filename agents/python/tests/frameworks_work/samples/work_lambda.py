"""Handlers of a Lambda function."""

import functools
import json


def audited(handler):
    @functools.wraps(handler)
    def inner(event, context):
        return handler(event, context)

    return inner


def handler(event, context):  # <- handler
    return {"statusCode": 200, "body": json.dumps(event.get("path", ""))}


@audited
def decorated(event, context):  # <- decorated
    return "ok"


def raises(event, context):  # <- raises
    raise LookupError("no such order")


class Application:
    def __call__(self, event, context):  # <- application
        return "ok"


application = Application()
