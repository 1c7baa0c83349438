"""A Node.js process that runs one Lambda function, one invocation at a time.

Both sides speak lines of JSON over a socket pair (see bootstrap.cjs); the function's log comes through the pipe of
stdout and stderr, in which a mark ends what belongs to an invocation.
"""

import json
import logging
import socket
import subprocess
import threading
from concurrent.futures import Future
from pathlib import Path

from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException

LOG = logging.getLogger(__name__)
END_MARK = "\x00END "
MOST_LOG_LINES = 20_000


class NodeProcess:
    def __init__(self, command: list[str], env: dict[str, str], cwd: str):
        self.ready: Future[bool] = Future()
        self._result: Future[tuple[bool, bytes]] | None = None
        self._log_ended = threading.Event()
        self._stopping = False
        self._lines: list[str] = []
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command,
                env={**env, "CONTROL_FD": str(theirs.fileno())},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._socket = ours
        self._log_reader = threading.Thread(target=self._read_log, daemon=True)
        self._log_reader.start()
        threading.Thread(target=self._read_control, daemon=True).start()

    def alive(self) -> bool:
        return self._process.poll() is None and not self._stopping

    def invoke(self, message: dict, timeout: float) -> tuple[bool, bytes]:
        """Answers whether the handler succeeded, and its answer or error. Raises TimeoutError."""
        self._log_ended.clear()
        result = self._result = Future()
        try:
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError:  # it ended between two invocations: the control reader says how
            return result.result(timeout=10)
        answer = result.result(timeout=timeout)
        if self.alive():
            self._log_ended.wait(timeout=1)
        return answer

    def take_log(self) -> str:
        with self._lock:
            lines, self._lines = self._lines, []
        return "".join(lines)

    def peak_memory_mb(self) -> int:
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:  # it has ended, or this is no Linux
            return 0
        return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)

    def crash(self) -> tuple[bool, bytes]:
        """Ends it as if it had died by itself, and answers what is then heard of it."""
        self._process.kill()
        return False, _exit_error(self._exit_code())

    def kill(self) -> None:
        self._stopping = True
        self._process.kill()
        self._socket.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            LOG.warning("Lambda process %s did not end", self._process.pid)
        self._log_reader.join(timeout=1)

    def _read_log(self) -> None:
        for raw in self._process.stdout:
            line, mark, _ = raw.decode("utf-8", "replace").rstrip("\n").partition(END_MARK)
            if line or not mark:
                with self._lock:
                    self._lines.append(line + "\n")
                    del self._lines[:-MOST_LOG_LINES]
            if mark:
                self._log_ended.set()

    def _read_control(self) -> None:
        try:
            with self._socket.makefile("rb") as stream:
                for raw in stream:
                    self._take(json.loads(raw))
        except (OSError, ValueError):
            pass  # the socket closed under the reader; what follows tells the end
        if self._stopping:
            self.ready.cancel()
            if self._result:
                self._result.cancel()
            return
        self._ended(self._exit_code())

    def _take(self, message: dict) -> None:
        payload = message.get("payload", "").encode()
        if message["type"] == "result" and self._result and not self._result.done():
            self._result.set_result((message["ok"], payload))
        elif message["type"] == "ready":
            self.ready.set_result(True)
        elif message["type"] == "initError":
            self.ready.set_exception(StatusErrorException("the function did not load", payload=payload))

    def _exit_code(self) -> int:
        try:
            return self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _ended(self, code: int) -> None:
        self._log_reader.join(timeout=2)
        payload = _exit_error(code)
        if not self.ready.done():
            self.ready.set_exception(StatusErrorException("the function did not load", payload=payload))
        if self._result and not self._result.done():
            self._result.set_result((False, payload))


def _exit_error(code: int) -> bytes:
    how = f"signal: {-code}" if code < 0 else f"exit status {code}"
    error = {"errorType": "Runtime.ExitError", "errorMessage": f"Error: Runtime exited with error: {how}"}
    return json.dumps(error).encode()
