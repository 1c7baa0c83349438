"""A Node.js process that runs one Lambda function, one invocation at a time.

Both sides exchange lines of JSON over a socket pair (see bootstrap.cjs). The function's log comes through the pipe of stdout and
stderr, in which a mark ends the lines of an invocation.
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
MAX_LOG_LINES = 20_000


class NodeProcess:
    def __init__(self, command: list[str], env: dict[str, str], cwd: str):
        self.ready: Future[bool] = Future()
        self._result: Future[tuple[bool, bytes]] | None = None
        self._log_complete = threading.Event()
        self._stopping = False
        self._lines: list[str] = []
        self._lock = threading.Lock()
        parent_socket, child_socket = socket.socketpair()
        with child_socket:
            self._process = subprocess.Popen(
                command,
                env={**env, "CONTROL_FD": str(child_socket.fileno())},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[child_socket.fileno()],
                start_new_session=True,
            )
        self._socket = parent_socket
        self._log_reader = threading.Thread(target=self._read_log, daemon=True)
        self._log_reader.start()
        threading.Thread(target=self._read_control, daemon=True).start()

    def alive(self) -> bool:
        return self._process.poll() is None and not self._stopping

    def invoke(self, message: dict, timeout: float) -> tuple[bool, bytes]:
        """Returns whether the handler succeeded, and its result or error. Raises TimeoutError."""
        self._log_complete.clear()
        result = self._result = Future()
        try:
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError:  # it exited between two invocations: the control reader sets the result
            return result.result(timeout=10)
        response = result.result(timeout=timeout)
        if self.alive():
            self._log_complete.wait(timeout=1)
        return response

    def take_log(self) -> str:
        with self._lock:
            lines, self._lines = self._lines, []
        return "".join(lines)

    def peak_memory_mb(self) -> int:
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:  # it has exited, or the system is not Linux
            return 0
        return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)

    def crash(self) -> tuple[bool, bytes]:
        """Kills the process as if it had crashed by itself, and returns the error that its caller receives."""
        self._process.kill()
        return False, _exit_error(self._exit_code())

    def kill(self) -> None:
        self._stopping = True
        self._process.kill()
        self._socket.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            LOG.warning("Lambda process %s did not exit", self._process.pid)
        self._log_reader.join(timeout=1)

    def _read_log(self) -> None:
        for raw in self._process.stdout:
            line, mark, _ = raw.decode("utf-8", "replace").rstrip("\n").partition(END_MARK)
            if line or not mark:
                with self._lock:
                    self._lines.append(line + "\n")
                    del self._lines[:-MAX_LOG_LINES]
            if mark:
                self._log_complete.set()

    def _read_control(self) -> None:
        try:
            with self._socket.makefile("rb") as stream:
                for raw in stream:
                    self._handle_message(json.loads(raw))
        except (OSError, ValueError):
            pass  # the socket was closed during the read; the code below handles the exit
        if self._stopping:
            self.ready.cancel()
            if self._result:
                self._result.cancel()
            return
        self._handle_exit(self._exit_code())

    def _handle_message(self, message: dict) -> None:
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

    def _handle_exit(self, code: int) -> None:
        self._log_reader.join(timeout=2)
        payload = _exit_error(code)
        if not self.ready.done():
            self.ready.set_exception(StatusErrorException("the function did not load", payload=payload))
        if self._result and not self._result.done():
            self._result.set_result((False, payload))


def _exit_error(code: int) -> bytes:
    reason = f"signal: {-code}" if code < 0 else f"exit status {code}"
    error = {"errorType": "Runtime.ExitError", "errorMessage": f"Error: Runtime exited with error: {reason}"}
    return json.dumps(error).encode()
