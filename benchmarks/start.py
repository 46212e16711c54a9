"""From start to ready, beside the bare import of what it uses; and the memory at rest."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

OURS = ("bot", "handlers", "nlp", "storage", "schedules", "benchmarks", "tests")
LIST = (
    "import sys; before = set(sys.modules); import bot.__main__, bot.app, bot.adapters.web, uvicorn, uvicorn.loops.auto,"
    " uvicorn.protocols.http.auto, uvicorn.lifespan.on; print(' '.join(m for m in sys.modules if m not in before))"
)
RUNS = 5
PORT = 8977


def modules() -> list[str]:
    """What serving imports, without our own code."""
    out = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True).stdout
    return [m for m in out.split() if m.split(".")[0] not in OURS and not m.startswith("_")]


def bare(names: list[str]) -> float:
    """Seconds to import them in an empty program."""
    code = "import importlib\nfor m in %r:\n    try:\n        importlib.import_module(m)\n    except ImportError:\n        pass"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", code % names], check=True)
    return time.perf_counter() - begun


def serve(url: str) -> tuple[float, float, list[str]]:
    """Seconds until /readyz answers, megabytes at rest, and the modules of doors without a token that were imported."""
    environment = {**os.environ, "DATABASE_URL": url, "PARLEY_SECRET": "x" * 32}
    begun = time.perf_counter()
    command = [sys.executable, "-m", "bot", "serve", "--host", "127.0.0.1", "--port", str(PORT)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        with httpx.Client(timeout=1) as client:
            while not _ready(client):
                time.sleep(0.005)
        seconds = time.perf_counter() - begun
        time.sleep(1.5)
        memory = psutil.Process(process.pid)
        doors = [m.path for m in memory.memory_maps() if "slack" in m.path or "telegram" in m.path]
        return seconds, memory.memory_info().rss / 2**20, doors
    finally:
        process.terminate()
        process.wait()


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get(f"http://127.0.0.1:{PORT}/readyz").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def main() -> None:
    names = modules()
    url = f"sqlite:///{Path(tempfile.mkdtemp())}/start.db"
    serve(url)  # the first start makes the database
    starts, imports, megabytes = [], [], 0.0
    for _ in range(RUNS):
        imports.append(bare(names))
        seconds, megabytes, _doors = serve(url)
        starts.append(seconds)
    start, plain = statistics.median(starts), statistics.median(imports)
    print(
        f"start to ready {start:.2f} s, bare import of {len(names)} modules {plain:.2f} s, ratio {start / plain:.2f}"
    )
    print(f"memory at rest {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
