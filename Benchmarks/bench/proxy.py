"""The proxies by name, each with a configuration that does the same work; and Yett's."""

import json
import os

from . import machine
from .peers import H2O, HAProxy, Nginx
from .process import Failed
from .setup import Proxy, Setup, place

__all__ = ["PROXIES", "Setup"]


class Yett(Proxy):
    name = "yett"

    def command(self):
        executable = self.executable or machine.YETT
        if not os.access(executable, os.X_OK):
            raise Failed(f"{executable} is not there: `make build`, or YETT=PATH")
        return [executable, "serve", "--config", self.folder / "yett.yaml"]

    def renew(self):
        """It watches its certificates' files, and a clock for its tickets' keys."""

    def write(self):
        setup = self.setup
        limits = {"head_timeout": setup.head_timeout, "keep_alive": setup.keep_alive,
                  "write_timeout": setup.write_timeout}
        set_limits = {key: f"{value}s" for key, value in limits.items() if value is not None}
        pool = {"servers": [{"address": f"127.0.0.1:{port}"} for port in setup.origins]}
        if setup.checks_health:
            pool["health"] = {"path": "/healthz", "interval": "500ms", "timeout": "250ms", "rise": 1, "fall": 2}
        target = {"latency": "100ms", "percentile": 95, "availability": "99.9%"}
        routes = [
            {"name": "which", "path": "/which", "respond": {"body": f"{setup.generation}\n"}},
            {"name": "pass", "path": "/pass", "pool": "origin", "cache": False, "target": target},
            {"name": "delay", "path": "/delay", "pool": "origin", "cache": False},
            {"name": "pages", "path": "/", "pool": "origin", "target": target},
        ]
        # A reload that changes routes and not only the servers behind them.
        routes[2:2] = [{"name": f"more-{index}", "path": f"/more/{index}", "pool": "origin"}
                       for index in range(setup.generation % 5)]
        whole = {
            "workers": setup.workers,
            "listeners": [{"name": "http", "bind": f"127.0.0.1:{setup.port}"},
                          {"name": "https", "bind": f"127.0.0.1:{setup.tls_port}", "tls": "front"}],
            "tls": {"front": {"profile": "modern", "certificates": [
                {"chain": str(setup.folder / "chain.pem"), "key": str(setup.folder / "key.pem")}]}},
            "cache": {"memory": "64MiB"},
            "pools": {"origin": pool},
            "sites": [{"name": "bench", "hosts": ["*"], "routes": routes}],
            "admin": {"socket": str(self.folder / "admin.sock"), "bind": f"127.0.0.1:{setup.admin_port}"},
            "log": {"access": str(self.log)},
        }
        if setup.ticket_rotation is not None:
            whole["tls"]["front"]["tickets"] = {"rotate": f"{setup.ticket_rotation}s"}
        if set_limits:
            whole["limits"] = set_limits
        # JSON is YAML.
        place(self.folder / "yett.yaml", json.dumps(whole, indent=1))


PROXIES = {proxy.name: proxy for proxy in (Yett, Nginx, HAProxy, H2O)}
