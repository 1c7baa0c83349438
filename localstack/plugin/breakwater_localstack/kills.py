"""Kills functions on request, in the midst of what they do. A request says how likely, and learns how many it has been so far."""

import json
import threading
from collections import Counter
from random import Random

from localstack.http import Request
from localstack.runtime import hooks
from rolo import route

from breakwater_localstack.node_process import NodeProcess

PATH = "/_breakwater/kills"
LONGEST_MS = 200


class Kills:
    """Draws for each function by itself, so that a seed means the same for it whatever else is invoked."""

    def __init__(self):
        self._lock = threading.Lock()
        self._odds: dict[str, float] = {}
        self._chances: dict[str, Random] = {}
        self._killed: Counter[str] = Counter()

    @route(PATH, methods=["PUT"])
    def begin(self, request: Request) -> dict:
        wanted = json.loads(request.data)
        with self._lock:
            self._odds = wanted["odds"]
            self._chances = {name: Random(f"{wanted['seed']}/{name}") for name in self._odds}
            killed, self._killed = self._killed, Counter()
        return {"killed": dict(killed)}

    def invoke(self, function: str, process: NodeProcess, message: dict, timeout: float) -> tuple[bool, bytes]:
        """
        An invocation that its process may not survive. One that is over sooner than the blow falls has done its work, and nobody
        hears of it.
        """
        seconds = self._draw(function)
        if seconds is None:
            return process.invoke(message, timeout)
        blow = threading.Timer(seconds, process.crash)
        blow.start()
        answer = process.invoke(message, timeout)
        blow.cancel()
        with self._lock:
            self._killed[function] += 1
        return process.crash() if process.alive() else answer

    def _draw(self, function: str) -> float | None:
        with self._lock:
            chance = self._chances.get(function)
            if chance is None:
                return None
            falls, force = chance.random() < self._odds[function], chance.random()
        return LONGEST_MS**force / 1000 if falls else None


kills = Kills()


@hooks.on_infra_start()
def take_orders():
    from localstack.services.edge import ROUTER

    ROUTER.add(kills)
