"""Runs Lambda functions of LocalStack as Node.js processes: no Docker engine.

An execution environment is a process. Time-outs and crashes are enforced from here, so that a handler in a busy loop is
killed as on AWS, and the environment's next invocation meets a fresh process.

LAMBDA_PROCESS_NODE names the node binary (default: the first on the PATH).
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
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
LEAST_HEAP_MB = 115


def node_binary() -> str | None:
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
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
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
        if not self._process.alive():  # it crashed or timed out before: the same environment, a new process
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
        begun = time.perf_counter()
        try:
            ok, body = kills.invoke(self.function_version.id.function_name, process, message, timeout)
            if not ok and not process.alive():
                body = _with_request_id(body, request_id)
        except InvocationTimeout:
            process.kill()
            ok, body = False, _timed_out(request_id, timeout)
        took = (time.perf_counter() - begun) * 1000
        log += process.take_log()
        if not ok and not process.alive():
            log += json.loads(body)["errorMessage"] + "\n"
        log += (
            f"END RequestId: {request_id}\n"
            f"REPORT RequestId: {request_id}\tDuration: {took:.2f} ms\tBilled Duration: {math.ceil(took)} ms\t"
            f"Memory Size: {self.function_version.config.memory_size} MB\t"
            f"Max Memory Used: {process.peak_memory_mb()} MB\t\n"
        )
        return InvocationResult(request_id, body, is_error=not ok, logs=log)

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
        pass  # the code is LocalStack's to remove

    @classmethod
    def validate_environment(cls) -> bool:
        return bool(node_binary())

    def _spawn(self) -> None:
        if self._stopped:
            raise LambdaRuntimeException("the execution environment is stopped")
        heap = max(int(self.function_version.config.memory_size * 0.9), LEAST_HEAP_MB)
        command = [node_binary(), f"--max-old-space-size={heap}", str(BOOTSTRAP)]
        process = self._process = NodeProcess(command, self._env, self._env["LAMBDA_TASK_ROOT"])
        try:
            process.ready.result(timeout=config.LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT + 5)
        except CancelledError as e:
            raise ShutdownDuringStartup("the execution environment was stopped as it started") from e
        except StatusErrorException:
            process.kill()
            LOG.warning("Init of %s failed: %s", self.function_version.qualified_arn, process.take_log())
            raise


def _with_request_id(body: bytes, request_id: str) -> bytes:
    error = json.loads(body)
    error["errorMessage"] = f"RequestId: {request_id} {error['errorMessage']}"
    return json.dumps(error).encode()


def _timed_out(request_id: str, timeout: int) -> bytes:
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    message = f"{stamp} {request_id} Task timed out after {timeout:.2f} seconds"
    return json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": message}).encode()
