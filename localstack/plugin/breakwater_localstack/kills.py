"""Kills the processes of functions during or right after invocations, with a probability that a test sets per function."""

import json
import threading
from collections import Counter
from random import Random

from localstack.http import Request
from localstack.runtime import hooks
from rolo import route

from breakwater_localstack.node_process import NodeProcess

PATH = "/_breakwater/kills"
MAX_DELAY_MS = 200


class Kills:
    """Each function has a random sequence of its own, so that a seed means the same for it whatever other functions do."""

    def __init__(self):
        self._lock = threading.Lock()
        self._probabilities: dict[str, float] = {}
        self._randoms: dict[str, Random] = {}
        self._kill_counts: Counter[str] = Counter()

    @route(PATH, methods=["PUT"])
    def configure(self, request: Request) -> dict:
        """Sets the probabilities and the seed. Returns how often each function was killed since the previous PUT."""
        settings = json.loads(request.data)
        with self._lock:
            self._probabilities = settings["odds"]
            self._randoms = {name: Random(f"{settings['seed']}/{name}") for name in self._probabilities}
            kill_counts, self._kill_counts = self._kill_counts, Counter()
        return {"killed": dict(kill_counts)}

    @route(PATH, methods=["GET"])
    def count(self, request: Request) -> dict:
        """Returns how often each function was killed since the previous PUT."""
        with self._lock:
            return {"killed": dict(self._kill_counts)}

    def invoke(self, function: str, process: NodeProcess, message: dict, timeout: float) -> tuple[bool, bytes]:
        """
        Invokes the function, and may kill its process. If the function finishes before the kill, its work is done, but its
        caller receives the error of a crash.
        """
        delay_seconds = self._draw_delay_seconds(function)
        if delay_seconds is None:
            return process.invoke(message, timeout)
        kill_timer = threading.Timer(delay_seconds, process.crash)
        kill_timer.start()
        result = process.invoke(message, timeout)
        kill_timer.cancel()
        with self._lock:
            self._kill_counts[function] += 1
        return process.crash() if process.alive() else result

    def _draw_delay_seconds(self, function: str) -> float | None:
        """When to kill this invocation, or None if it survives."""
        with self._lock:
            random = self._randoms.get(function)
            if random is None:
                return None
            is_killed, exponent = random.random() < self._probabilities[function], random.random()
        return MAX_DELAY_MS**exponent / 1000 if is_killed else None


kills = Kills()


@hooks.on_infra_start()
def register_route():
    from localstack.services.edge import ROUTER

    ROUTER.add(kills)
