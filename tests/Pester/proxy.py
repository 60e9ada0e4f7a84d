# A proxy for plain HTTP, as apt uses one: a container reaches a mirror through it without a route of the host's. Its port is its first line.
import http.server
import sys
import urllib.error
import urllib.request


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        request = urllib.request.Request(self.path, headers={'User-Agent': 'lxcps-test'})
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        body = answer.read()
        self.send_response(answer.status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer((sys.argv[1], 0), Proxy)
print(server.server_port, flush=True)
server.serve_forever()
