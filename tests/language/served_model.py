"""A small server of the OpenAI chat protocol in a process of its own: reads real requests, calls tools, streams text.

python served_model.py HOW prints its port. HOW: plain, thinking, cut, slow, busy, short-context, silent.
It calls the first offered tool whose description shares a word with the message, with what is quoted as its first
argument; asked for an answer it repeats the first fact.
"""

import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOW = sys.argv[1] if len(sys.argv) > 1 else "plain"
CONTEXT = 1_200  # characters, for short-context
asked = 0


def tool_call(request: dict[str, Any]) -> dict[str, Any] | None:
    """The call that this model makes, if any."""
    said = request["messages"][-1]["content"]
    words = set(re.findall(r"[a-z]{4,}", said.lower()))
    for tool in request.get("tools", ()):
        function = tool["function"]
        if words & set(re.findall(r"[a-z]{4,}", f"{function['name']} {function['description']}".lower())):
            quoted = re.findall(r'"([^"]+)"', said)
            names = list(function["parameters"]["properties"])[: len(quoted)]
            given = json.dumps(dict(zip(names, quoted, strict=True)))
            return {"id": "call1", "type": "function", "function": {"name": function["name"], "arguments": given}}
    return None


def text(request: dict[str, Any]) -> str:
    """What this model says: the first fact, else a greeting."""
    facts = re.findall(r"^- (.+)$", request["messages"][-1]["content"], re.MULTILINE)
    return facts[0] if facts else "Hello, nice to see you."


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        global asked
        asked += 1
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        check(request)
        if HOW == "silent" or (HOW == "slow" and not request.get("stream")):
            time.sleep(30)
        if HOW == "busy" and asked < 3:
            self.body({"error": {"message": "overloaded"}}, 503)
        elif HOW == "short-context" and len(json.dumps(request["messages"])) > CONTEXT:
            self.body({"error": {"message": "This model's maximum context length is 300 tokens."}}, 400)
        elif request.get("stream"):
            self.stream(text(request))
        else:
            call = tool_call(request)
            said = "<think>Hm, a tool?</think>\n" if HOW == "thinking" else ""
            message = {"role": "assistant", "content": said + ("" if call else text(request))}
            message |= {"tool_calls": [call]} if call else {}
            choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop"}
            usage = {"prompt_tokens": len(request["messages"]), "completion_tokens": 1, "total_tokens": 1}
            self.body({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}, 200)

    def body(self, content: dict[str, Any], status: int) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, said: str) -> None:
        """The text word by word, as events of a body whose end is the connection's."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        thought = ["<thi", "nk>Let me ", "see.</thi", "nk>\n\n"] if HOW == "thinking" else []
        pieces = [*thought, *re.findall(r"\S+\s*", said)]
        if HOW == "cut":
            pieces = pieces[:2]
        for piece in pieces:
            choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
            self.wfile.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())
            self.wfile.flush()
            time.sleep(0.4 if HOW == "slow" else 0)
        if HOW != "cut":
            self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def check(request: dict[str, Any]) -> None:
    """Fails on what strict servers refuse: a call without its result, two messages of the same side in a row."""
    roles = [message["role"] for message in request["messages"]]
    assert roles[0] == "system"
    assert roles[-1] == "user"
    for message, after in zip(request["messages"], request["messages"][1:], strict=False):
        assert not message.get("tool_calls") or after["role"] == "tool", roles
        assert {message["role"], after["role"]} != {"user"}, roles


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
