"""The proxies, each with a configuration that does the same work: one worker, cache in memory, log to a file."""

import dataclasses
import json
import os
import pathlib
import resource
import signal
import urllib.error
import urllib.request

from . import machine
from .process import Failed


@dataclasses.dataclass
class Setup:
    """What a proxy is to do; the same for all of them."""

    folder: pathlib.Path
    origins: list  # ports
    port: int
    tls_port: int
    admin_port: int
    ciphersuites: str = "TLS_AES_256_GCM_SHA384"
    # What /which answers; another number is another configuration.
    generation: int = 0
    # Seconds; None is the proxy's default or a comparable figure.
    head_timeout: int | None = None
    keep_alive: int | None = None
    write_timeout: int | None = None
    checks_health: bool = False
    # What the peers are told of descriptors; they set their own limits from it.
    descriptor_limit: int = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    @classmethod
    def make(cls, folder, origins, **more):
        port, tls_port, admin_port = machine.free_ports(3)
        return cls(folder, list(origins), port, tls_port, admin_port, **more)


class Proxy:
    """What is measured. A subclass says how it is configured and started."""

    name = ""

    def __init__(self, setup, executable=None):
        """`executable` stands in for the one that is usual."""
        self.setup, self.program, self.executable = setup, None, executable
        self.folder = setup.folder / self.name
        self.folder.mkdir(exist_ok=True)
        self.log = self.folder / "access.log"

    def start(self, bench, core=None, wrapper=(), environment=None, seconds=20):
        """Starts it, under another program if one is given, and waits until it listens."""
        self.write()
        self.program = bench.start([*wrapper, *self.command()], self.name, core=core, environment=environment)
        self.program.await_port(self.setup.port, seconds)
        self.program.await_port(self.setup.tls_port, seconds)
        return self

    def reload(self, **changes):
        """Writes a changed configuration and asks for it; does not wait."""
        self.setup = dataclasses.replace(self.setup, **changes)
        self.write()
        self.program.tell(self.reload_signal)

    reload_signal = signal.SIGHUP

    def worker(self):
        """The process whose threads serve: the last of those that it made, or itself."""
        return self.program.ids()[-1]

    def get(self, path, timeout=5):
        """One request; (status, octets)."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.setup.port}{path}", timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError as error:
            raise Failed(f"{self.name} does not answer {path}: {error}\n{self.program.complaints()}") from None

    def logged(self):
        """Octets of its access log so far."""
        return self.log.stat().st_size if self.log.exists() else 0

    def empty_log(self):
        if self.log.exists():
            os.truncate(self.log, 0)


class Yett(Proxy):
    name = "yett"

    def command(self):
        executable = self.executable or machine.YETT
        if not os.access(executable, os.X_OK):
            raise Failed(f"{executable} is not there: `make build`, or YETT=PATH")
        return [executable, "serve", "--config", self.folder / "yett.yaml"]

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
            "workers": 1,
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
        if set_limits:
            whole["limits"] = set_limits
        # JSON is YAML.
        place(self.folder / "yett.yaml", json.dumps(whole, indent=1))


class Nginx(Proxy):
    name = "nginx"

    def command(self):
        machine.need("nginx")
        return ["nginx", "-p", self.folder, "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"]

    def write(self):
        setup, folder = self.setup, self.folder
        patience = "".join(f"  {key} {value}s;\n" for key, value in [
            ("client_header_timeout", setup.head_timeout), ("client_body_timeout", setup.head_timeout),
            ("keepalive_timeout", setup.keep_alive), ("send_timeout", setup.write_timeout)] if value is not None)
        servers = "".join(f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;\n" for port in setup.origins)
        # The buffered log and the open files kept are what an operator who cares would set. With tcp_nopush a cached
        # file of 100 KiB waited for the cork: 2,100 requests a second at 44 µs instead of 26,000 at 21.
        user = "user root;\n" if os.geteuid() == 0 else ""
        place(folder / "nginx.conf", f"""{user}daemon off;
worker_processes 1;
worker_rlimit_nofile {setup.descriptor_limit};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections {setup.descriptor_limit}; }}
http {{
  access_log {self.log} combined buffer=64k flush=1s;
  sendfile on;
  tcp_nopush off;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/temporary;
  open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 60s;
{patience}  ssl_protocols TLSv1.3;
  ssl_conf_command Ciphersuites {setup.ciphersuites};
  ssl_certificate {setup.folder}/chain.pem;
  ssl_certificate_key {setup.folder}/key.pem;
  proxy_cache_path {folder}/cache levels=1:2 keys_zone=bench:16m max_size=64m inactive=1h use_temp_path=off;
  upstream origin {{
{servers}    keepalive 64;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{setup.port} backlog=4096;
    listen 127.0.0.1:{setup.tls_port} ssl backlog=4096;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    location / {{ proxy_pass http://origin; proxy_cache bench; }}
    location /pass/ {{ proxy_pass http://origin; }}
    location /delay/ {{ proxy_pass http://origin; }}
    location = /which {{ return 200 "{setup.generation}\\n"; }}
  }}
}}
""")
        for name in ("body", "temporary", "cache"):
            (folder / name).mkdir(exist_ok=True)

    def worker(self):
        # It has another process to keep its cache.
        return next(one for one in self.program.ids()
                    if b"worker process" in pathlib.Path(f"/proc/{one}/cmdline").read_bytes())


class HAProxy(Proxy):
    name = "haproxy"
    reload_signal = signal.SIGUSR2

    def start(self, *words, **more):
        # It logs to standard output or syslog, never to a file: our file for its output is its log.
        super().start(*words, **more)
        self.log = self.program.output
        return self

    def command(self):
        machine.need("haproxy")
        return ["haproxy", "-W", "-f", self.folder / "haproxy.cfg"]

    def write(self):
        setup = self.setup
        servers = "".join(
            f"  server origin-{index} 127.0.0.1:{port}{' check inter 500ms rise 1 fall 2' if setup.checks_health else ''}\n"
            for index, port in enumerate(setup.origins))
        head, idle, write = setup.head_timeout or 10, setup.keep_alive or 75, setup.write_timeout or 30
        place(self.folder / "haproxy.cfg", f"""global
  nbthread 1
  no strict-limits
  maxconn {setup.descriptor_limit * 3 // 4}
  log stdout format raw local0
  ssl-default-bind-options ssl-min-ver TLSv1.3
  ssl-default-bind-ciphersuites {setup.ciphersuites}
defaults
  mode http
  log global
  option httplog
  option http-keep-alive
  http-reuse always
  timeout connect 1s
  timeout client {write}s
  timeout server 30s
  timeout http-request {head}s
  timeout http-keep-alive {idle}s
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response
cache bench
  total-max-size 64
  max-object-size 1048576
  max-age 3600
frontend front
  bind 127.0.0.1:{setup.port} backlog 4096
  bind 127.0.0.1:{setup.tls_port} ssl crt {setup.folder}/both.pem alpn http/1.1 backlog 4096
  http-request return status 200 content-type text/plain string "{setup.generation}\\n" if {{ path /which }}
  use_backend pass if {{ path_beg /pass/ /delay/ }}
  default_backend pages
backend pages
  http-request cache-use bench
  http-response cache-store bench
  option httpchk GET /healthz
{servers}backend pass
  option httpchk GET /healthz
{servers}""")


PROXIES = {proxy.name: proxy for proxy in (Yett, Nginx, HAProxy)}


def place(path, text):
    """Writes a file whole before anyone can read it."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)
