"""A real RabbitMQ for tests: a node of our own, with its own cookie, folders and port mapper, on free ports."""

import os
from contextlib import contextmanager
from pathlib import Path

from exit_services import free_port, program, running

# Debian puts the plain script here; the one on the PATH wants to be root or rabbitmq, and logs where they log.
_SCRIPTS = ("/usr/lib/rabbitmq/bin", *Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))


@contextmanager
def running_rabbitmq(folder):
    """The port of a RabbitMQ that keeps what it has in `folder`, and whose guest may do all from this machine."""
    port, of_node, of_mapper = free_port(), free_port(), free_port()
    server = program("rabbitmq-server", *_SCRIPTS)
    scripts = [place for place in _SCRIPTS if Path(place, "rabbitmq-server").is_file()]
    names = ("ENABLED_PLUGINS_FILE", "CONF_ENV_FILE", "CONFIG_FILE", "ADVANCED_CONFIG_FILE", "MNESIA_BASE", "LOG_BASE")
    environment = {
        **os.environ,
        **{f"RABBITMQ_{name}": str(folder / name.lower()) for name in names},
        "HOME": str(folder),  # for the cookie
        "RABBITMQ_NODENAME": f"tests{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_DIST_PORT": str(of_node),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_ALLOW_INPUT": "true",  # the server takes the place of its script, and the script's process id
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_PORT": str(of_mapper),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    mapper = [program("epmd"), "-port", str(of_mapper), "-address", "127.0.0.1"]
    command = [str(Path(scripts[0], "rabbitmq-server")) if scripts else server]
    with (
        running(mapper, of_mapper, env=environment),
        running(command, port, env=environment, cwd=folder),
    ):
        yield port
