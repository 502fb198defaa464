"""What is measured, started for the purpose: the services with an Alertmanager, on free ports of the loopback."""

import contextlib
import shutil
import socket
import subprocess

import measure
import traffic


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url, path):
    def ask():
        try:
            return traffic.Connection(url).ask("GET", path)[0] == 200
        except OSError:
            return False
    return ask


class Target:
    """Where to post, ask and look; `check` fails where a process has died."""

    def __init__(self, name, ingest, gateway, alertmanager, processes):
        self.name, self.ingest, self.gateway, self.alertmanager = name, ingest, gateway, alertmanager
        self.processes = processes

    def check(self):
        for process in self.processes:
            process.check()


def start_alertmanager(stack, folder):
    configuration = folder / "alertmanager.yml"
    configuration.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    port = free_port()
    process = stack.enter_context(measure.Process(
        ["prometheus-alertmanager", f"--config.file={configuration}", f"--storage.path={folder / 'alertmanager'}",
         f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="], folder / "alertmanager.log"))
    url = f"http://127.0.0.1:{port}"
    measure.wait_until(answers(url, "/-/ready"), "Alertmanager's answer", process=process)
    return url, process


@contextlib.contextmanager
def embedded(folder):
    with contextlib.ExitStack() as stack:
        alertmanager, alertmanager_process = start_alertmanager(stack, folder)
        process = stack.enter_context(measure.Process(
            [measure.program("vardvakt"), "serve", "--config", "config", "--data-dir", folder / "data", "--port", 0,
             "--grpc-port", 0, "--alertmanager", alertmanager], folder / "serve.log", wait_for_line=True))
        print(f"$ {measure.show(process.command)}", flush=True)
        url = process.first_line
        measure.wait_until(answers(url, "/readyz"), "/readyz", process=process)
        yield Target("embedded log", url, url, alertmanager, [process, alertmanager_process])


def start_service(stack, folder, name, *options):
    port = free_port()
    process = stack.enter_context(measure.Process(
        [measure.program(f"vardvakt-{name}"), "--port", port, *options], folder / f"{name}.log"))
    print(f"$ {measure.show(process.command)}", flush=True)
    return f"http://127.0.0.1:{port}", process


@contextlib.contextmanager
def kafka(folder):
    """One broker and the four services, a process each."""
    with contextlib.ExitStack() as stack:
        alertmanager, alertmanager_process = start_alertmanager(stack, folder)
        broker, controller = free_port(), free_port()
        processes = [alertmanager_process, stack.enter_context(measure.Process(
            [measure.ROOT / "scripts" / "kafka", "run", "--data-dir", folder / "kafka", "--port", broker,
             "--controller-port", controller], folder / "kafka.log"))]
        address = f"127.0.0.1:{broker}"
        asked = ["kcat", "-b", address, "-L", "-m", "1"]
        measure.wait_until(lambda: subprocess.run(asked, capture_output=True).returncode == 0, "Kafka's answer",
                           process=processes[-1])
        measure.run([measure.program("vardvakt"), "topics", "create", "--config", "config", "--kafka", address])
        asks = ["--config", "config", "--kafka", address]
        grpc = free_port()
        started = [
            start_service(stack, folder, "compliance", *asks, "--grpc-port", grpc, "--data-dir", folder / "compliance",
                          "--instance", "bench"),
            start_service(stack, folder, "notifier", *asks, "--data-dir", folder / "notifier", "--alertmanager",
                          alertmanager),
            start_service(stack, folder, "ingest", *asks, "--grpc-port", free_port()),
            start_service(stack, folder, "gateway", "--compliance", f"127.0.0.1:{grpc}", "--grpc-port", free_port())]
        for url, process in started:
            measure.wait_until(answers(url, "/readyz"), f"{url}/readyz", process=process)
            processes.append(process)
        yield Target("Kafka", started[2][0], started[3][0], alertmanager, processes)


def available():
    """Kafka too, where its jars have been fetched."""
    if shutil.which("prometheus-alertmanager") is None:
        raise measure.Failed("prometheus-alertmanager is not installed; run ./scripts/setup")
    has_kafka = (measure.ROOT / ".cache" / "kafka" / "installed").exists()
    return [embedded, kafka] if has_kafka else [embedded]
