"""Yett's peers, set up as somebody would who wants them fast: cache in memory, kept connections, log to a file."""

import base64
import os
import pathlib
import secrets
import signal
import socket

from . import machine
from .process import Failed
from .setup import Proxy, place


class Nginx(Proxy):
    name = "nginx"
    ticket_keys = ()  # files: tickets are made with the first one's key

    def renew(self):
        key = self.folder / f"{secrets.token_hex(4)}.key"
        key.write_bytes(secrets.token_bytes(80))
        self.ticket_keys = (key, *self.ticket_keys[:1])
        self.reload()

    def command(self):
        machine.need("nginx")
        return ["nginx", "-p", self.folder, "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"]

    def write(self):
        setup, folder = self.setup, self.folder
        patience = "".join(f"  {key} {value}s;\n" for key, value in [
            ("client_header_timeout", setup.head_timeout), ("client_body_timeout", setup.head_timeout),
            ("keepalive_timeout", setup.keep_alive), ("send_timeout", setup.write_timeout)] if value is not None)
        tickets = "".join(f"  ssl_session_ticket_key {key};\n" for key in self.ticket_keys)
        servers = "".join(f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;\n" for port in setup.origins)
        # The buffered log, the open files kept, and buffers and frames for large bodies over TLS (100 KiB over HTTP/2
        # in 91 µs instead of 97) are what an operator who cares would set. With tcp_nopush a cached
        # file of 100 KiB waited for the cork: 2,100 requests a second at 44 µs instead of 26,000 at 21.
        user = "user root;\n" if os.geteuid() == 0 else ""
        place(folder / "nginx.conf", f"""{user}daemon off;
worker_processes {setup.workers};
worker_rlimit_nofile {setup.descriptor_limit};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections {setup.descriptor_limit}; }}
http {{
  access_log {self.log} combined buffer=64k flush=1s;
  sendfile on;
  tcp_nopush off;
  tcp_nodelay on;
  output_buffers 1 128k;
  http2_chunk_size 16k;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/temporary;
  open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 60s;
{patience}{tickets}  ssl_protocols TLSv1.3;
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
    listen 127.0.0.1:{setup.tls_port} ssl http2 backlog=4096;
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

    def tell(self, *lines):
        """Says something to its socket; what it answers."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.folder / "admin.sock"))
            connection.sendall("\n".join([*lines, ""]).encode())
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode().strip()

    def renew(self):
        certificate, keys = self.setup.folder / "both.pem", self.folder / "tickets"
        for lines, expected in (((f"set ssl cert {certificate} <<", certificate.read_text()), "ransaction"),
                                ((f"commit ssl cert {certificate}",), "Success"),
                                ((f"set ssl tls-key {keys} {ticket_key()}",), "updated")):
            said = self.tell(*lines)
            if expected not in said:
                raise Failed(f"haproxy does not take what is new: {said}")

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
        if not (self.folder / "tickets").exists():
            place(self.folder / "tickets", "".join(f"{ticket_key()}\n" for _ in range(3)))
        head, idle, write = setup.head_timeout or 10, setup.keep_alive or 75, setup.write_timeout or 30
        place(self.folder / "haproxy.cfg", f"""global
  nbthread {setup.workers}
  no strict-limits
  maxconn {setup.descriptor_limit * 3 // 4}
  log stdout format raw local0
  stats socket {self.folder}/admin.sock level admin
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
  bind 127.0.0.1:{setup.tls_port} ssl crt {setup.folder}/both.pem alpn h2,http/1.1 tls-ticket-keys {self.folder}/tickets backlog 4096
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


def ticket_key():
    """In the words of HAProxy."""
    return base64.b64encode(secrets.token_bytes(80)).decode()


class H2O(Proxy):
    name = "h2o"

    def command(self):
        machine.need("h2o")
        return ["h2o", "-c", self.folder / "h2o.conf"]

    def reload(self, **changes):
        raise Failed("h2o takes another configuration only under its own supervisor: ask another proxy")

    def write(self):
        """It stores no answers of origins: what the others have in memory lies in files there. Of TLS 1.3's ciphers
        it takes no list, it follows the client. Keys in another process would be a detour for each handshake."""
        setup, folder, files = self.setup, self.folder, self.folder / "files"
        files.mkdir(exist_ok=True)
        for name, octets in (("1k", 1 << 10), ("16k", 16 << 10), ("100k", 100 << 10), ("8m", 8 << 20)):
            if not (files / name).exists():
                (files / name).write_bytes(b"x" * octets)
        place(files / "which", f"{setup.generation}\n")
        user = "user: root\n" if os.geteuid() == 0 else ""
        # One time-out for a head and for the silence before it.
        head, idle = setup.head_timeout or setup.keep_alive or 75, setup.keep_alive or 75
        passes = "".join(f"""      {path}:
        proxy.reverse.url: "http://127.0.0.1:{setup.origins[0]}{path}"
        proxy.timeout.keepalive: 30000
""" for path in ("/pass", "/delay"))
        place(folder / "h2o.conf", f"""{user}num-threads: {setup.workers}
max-connections: {setup.descriptor_limit * 3 // 4}
pid-file: {folder}/pid
error-log: {folder}/error.log
access-log: {self.log}
http1-request-timeout: {head}
http2-idle-timeout: {idle}
handshake-timeout: {setup.head_timeout or 10}
listen:
  host: 127.0.0.1
  port: {setup.port}
listen:
  host: 127.0.0.1
  port: {setup.tls_port}
  ssl:
    certificate-file: {setup.folder}/chain.pem
    key-file: {setup.folder}/key.pem
    minimum-version: TLSv1.2
    neverbleed: OFF
    ocsp-update-interval: 0
hosts:
  default:
    paths:
{passes}      /:
        file.dir: {files}
        file.mime.setdefaulttype: "text/html; charset=utf-8"
        header.set: "cache-control: public, max-age=3600"
""")
