"""Runs the Lambda functions of LocalStack as Node.js processes, without a Docker engine.

An execution environment is a process. This side enforces time-outs and handles crashes: as on AWS, a handler in a busy loop is
killed, and the next invocation of the environment gets a new process.

LAMBDA_PROCESS_NODE is the path of the node binary (default: the first on the PATH).
"""

import json
import logging
import math
import os
import shutil
import time
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as InvocationTimeout
from datetime import UTC, datetime
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import ShutdownDuringStartup, StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

from breakwater_localstack.kills import kills
from breakwater_localstack.node_process import NodeProcess

LOG = logging.getLogger(__name__)
BOOTSTRAP = Path(__file__).with_name("bootstrap.cjs")
HOST = "127.0.0.1"
INHERITED_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
MIN_HEAP_MB = 115


def find_node_binary() -> str | None:
    return os.environ.get("LAMBDA_PROCESS_NODE") or shutil.which("node")


class ProcessExecutor(RuntimeExecutor):
    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self._process: NodeProcess | None = None
        self._env: dict[str, str] = {}
        self._stopped = False

    def start(self, env_vars: dict[str, str]) -> None:
        function = self.function_version.config
        if not (function.runtime or "").startswith("nodejs"):
            raise LambdaRuntimeException(f"the process executor runs Node.js functions, not {function.runtime!r}")
        function.code.prepare_for_execution()
        self._env = {
            **{name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ},
            **{name: str(value) for name, value in env_vars.items()},
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "LAMBDA_TASK_ROOT": str(function.code.get_unzipped_code_location()),
            "TZ": "UTC",
        }
        self._spawn()

    def stop(self) -> None:
        self._stopped = True
        if self._process:
            self._process.kill()

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        request_id = payload["invoke-id"]
        timeout = int(self.function_version.config.timeout)
        if not self._process.alive():  # it crashed or timed out: the environment gets a new process
            try:
                self._spawn()
            except StatusErrorException as e:
                return InvocationResult(request_id, e.payload, is_error=True, logs="")
        process = self._process
        log = process.take_log() + f"START RequestId: {request_id} Version: {self.function_version.id.qualifier}\n"
        message = {
            "id": request_id,
            "arn": payload["invoked-function-arn"],
            "trace": payload.get("trace-id"),
            "deadline": int((time.time() + timeout) * 1000),
            "payload": payload["payload"],
        }
        started_at = time.perf_counter()
        try:
            succeeded, body = kills.invoke(self.function_version.id.function_name, process, message, timeout)
            if not succeeded and not process.alive():
                body = _add_request_id(body, request_id)
        except InvocationTimeout:
            process.kill()
            succeeded, body = False, _timeout_error(request_id, timeout)
        duration_ms = (time.perf_counter() - started_at) * 1000
        log += process.take_log()
        if not succeeded and not process.alive():
            log += json.loads(body)["errorMessage"] + "\n"
        log += (
            f"END RequestId: {request_id}\n"
            f"REPORT RequestId: {request_id}\t"
            f"Duration: {duration_ms:.2f} ms\tBilled Duration: {math.ceil(duration_ms)} ms\t"
            f"Memory Size: {self.function_version.config.memory_size} MB\t"
            f"Max Memory Used: {process.peak_memory_mb()} MB\t\n"
        )
        return InvocationResult(request_id, body, is_error=not succeeded, logs=log)

    def get_logs(self) -> str:
        return self._process.take_log() if self._process else "the process was not started"

    def get_address(self) -> str:
        return HOST

    def get_endpoint_from_executor(self) -> str:
        return HOST

    def get_runtime_endpoint(self) -> str:
        return f"http://{HOST}:{config.GATEWAY_LISTEN[0].port}/_localstack_lambda/{self.id}"

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        if function_version.config.code:
            function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        pass  # LocalStack removes the code

    @classmethod
    def validate_environment(cls) -> bool:
        return bool(find_node_binary())

    def _spawn(self) -> None:
        if self._stopped:
            raise LambdaRuntimeException("the execution environment is stopped")
        heap_mb = max(int(self.function_version.config.memory_size * 0.9), MIN_HEAP_MB)
        command = [find_node_binary(), f"--max-old-space-size={heap_mb}", str(BOOTSTRAP)]
        process = self._process = NodeProcess(command, self._env, self._env["LAMBDA_TASK_ROOT"])
        try:
            process.ready.result(timeout=config.LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT + 5)
        except CancelledError as e:
            raise ShutdownDuringStartup("the execution environment was stopped during its start") from e
        except StatusErrorException:
            process.kill()
            LOG.warning("Init of %s failed: %s", self.function_version.qualified_arn, process.take_log())
            raise


def _add_request_id(body: bytes, request_id: str) -> bytes:
    error = json.loads(body)
    error["errorMessage"] = f"RequestId: {request_id} {error['errorMessage']}"
    return json.dumps(error).encode()


def _timeout_error(request_id: str, timeout: int) -> bytes:
    timestamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    message = f"{timestamp} {request_id} Task timed out after {timeout:.2f} seconds"
    return json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": message}).encode()
