"""A small disk of its own that can be filled and made read-only: a tmpfs in a mount namespace, gone with its holder."""

import contextlib
import os
import subprocess
import tempfile
import threading
from pathlib import Path


class SmallDisk:
    def __init__(self, test, megabytes):
        self.inside = Path(tempfile.mkdtemp(prefix="vardvakt-disk-"))
        test.addCleanup(self.inside.rmdir)
        # Who is not root may mount in a user namespace of his own.
        own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self.holder = subprocess.Popen(
            ["unshare", "--mount", *own, "sh", "-c",
             'mount -t tmpfs -o size="$1"m tmpfs "$2" && echo mounted && exec sleep 3600', "sh", str(megabytes),
             str(self.inside)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        test.addCleanup(self.holder.wait)
        test.addCleanup(self.holder.kill)
        test.addCleanup(self.holder.stdout.close)
        said = self.holder.stdout.readline()
        if said != "mounted\n":
            test.fail(f"no small disk can be mounted here: {said.strip()}. Run as root or where user namespaces are "
                      "permitted, or leave these tests out by VARDVAKT_NO_MOUNT=1")
        pid = self.holder.pid
        # With its root: the one of this process may be another, and a mount namespace begins at the machine's.
        self.enter = ["nsenter", f"--target={pid}", "--mount", "--root",
                      *(["--user", "--preserve-credentials"] if own else [])]
        # The same place as seen from outside.
        self.outside = Path(f"/proc/{pid}/root") / self.inside.relative_to("/")

    def fill(self):
        ballast = os.open(self.outside / "ballast", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while True:
                os.write(ballast, b"\0" * (1 << 20))
        except OSError:
            pass  # full
        finally:
            os.close(ballast)

    @contextlib.contextmanager
    def full(self):
        """Keeps it full, also when something is removed from it, until the end of the block."""
        over = threading.Event()
        self.fill()

        def keep():
            while not over.wait(0.02):
                self.fill()
        keeper = threading.Thread(target=keep)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()
            (self.outside / "ballast").unlink()

    def remount(self, how):
        subprocess.run([*self.enter, "mount", "-o", f"remount,{how}", str(self.inside)], check=True)
