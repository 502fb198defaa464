"""Holds the code to tests/layers/layers.toml, and shows that a planted violation of each kind is found."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import layer_rules

ROOT = Path(__file__).resolve().parents[2]
RULES = layer_rules.Rules(layer_rules.load(Path(__file__).parent / "layers.toml"))
TEXT_ENDINGS = {".h", ".cc", ".py", ".sh", ".cmake", ".txt", ".proto", ".toml", ".ts", ".tsx", ".css", ""}


def link_graph():
    """The link graph of a fresh configuration, so that no build under way is disturbed."""
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "graph.dot"
        done = subprocess.run(["cmake", "--preset", "release", "-B", folder, f"--graphviz={graph}"], cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise AssertionError(f"cmake failed; ./scripts/setup installs what it needs\n{done.stdout}")
        return layer_rules.parse_graphviz(graph.read_text())


class TheProject(unittest.TestCase):
    def expect_none(self, problems):
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_includes_follow_the_layers(self):
        self.expect_none(layer_rules.check_includes(RULES, layer_rules.code_files(ROOT)))

    def test_links_follow_the_layers(self):
        links = link_graph()
        self.assertIn("vardvakt_base", links["vardvakt_domain"], "the graph was not understood")
        self.expect_none(RULES.check_links(links, layer_rules.target_folders(ROOT)))

    def test_files_are_short(self):
        folders = layer_rules.TOP_LEVEL - {"config", "docs"}
        files = {}
        for folder in sorted(folders):
            for parent, inner, names in os.walk(ROOT / folder):
                inner[:] = [name for name in inner if name not in ("node_modules", "dist", "__pycache__")]
                for path in (Path(parent) / name for name in names):
                    if path.suffix in TEXT_ENDINGS:
                        files[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        self.expect_none(layer_rules.check_sizes(files))

    def test_top_level_folders_are_those_of_the_design(self):
        self.expect_none(layer_rules.check_top_level(path.name for path in ROOT.iterdir() if path.is_dir()))

    def test_declared_layers_have_no_circle(self):
        graph = {folder: {other for other in RULES.layers if other != folder and RULES.may_use(folder, other)}
                 for folder in RULES.layers if folder not in ("tests", "benchmarks")}
        self.assertIsNone(layer_rules.find_cycle(graph))

    def test_adapters_never_use_each_other(self):
        adapters = [folder for folder in RULES.layers if folder.startswith("lib/adapters/")]
        self.assertFalse([(one, other) for one in adapters for other in adapters
                          if one != other and RULES.may_use(one, other)])


class PlantedViolations(unittest.TestCase):
    """Each must be found: a check that finds nothing anywhere holds nothing."""

    def problems(self, path, text):
        return RULES.check_file(path, text)

    def assert_found(self, path, text, words):
        found = self.problems(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_a_lower_layer_includes_a_higher_one(self):
        self.assert_found("lib/domain/a.cc", '#include "lib/engine/log.h"\n', "must not include lib/engine/log.h")

    def test_an_adapter_includes_another(self):
        self.assert_found("lib/adapters/kafka/a.cc", '#include "lib/adapters/rocksdb/store.h"\n', "must not include")

    def test_a_foreign_header_outside_its_adapter(self):
        for path, header in (("lib/engine/a.h", "librdkafka/rdkafkacpp.h"), ("services/ingest/a.cc", "rocksdb/db.h"),
                             ("lib/wire/a.cc", "grpcpp/grpcpp.h"), ("lib/runtime/a.cc", "boost/asio.hpp"),
                             ("lib/domain/a.cc", "vardvakt/event/v1/event.pb.h"),
                             ("services/gateway/a.cc", "vardvakt/compliance/v1/query_service.grpc.pb.h"),
                             ("lib/engine/a.cc", "yaml-cpp/yaml.h"), ("lib/engine/a.cc", "gtest/gtest.h")):
            self.assert_found(path, f"#include <{header}>\n", "must not include")

    def test_a_service_includes_the_testkit(self):
        self.assert_found("services/ingest/main.cc", '#include "lib/testkit/manual_clock.h"\n', "must not include")

    def test_input_output_or_threads_in_the_domain(self):
        self.assert_found("lib/domain/a.cc", "#include <mutex>\n", "is pure")
        self.assert_found("lib/domain/a.cc", "#include <unistd.h>\n", "is pure")

    def test_the_machine_s_clock_in_the_engine(self):
        self.assert_found("lib/engine/a.cc", "auto now = std::chrono::system_clock::now();\n", "receive the time")

    def test_an_undeclared_folder(self):
        self.assert_found("lib/utilities/a.cc", "", "lies in no declared layer")

    def test_a_header_not_named_from_the_root(self):
        self.assert_found("lib/base/a.cc", '#include "time.h"\n', "not named from the project's root")

    def test_files_in_a_circle(self):
        files = {"lib/base/a.h": '#include "lib/base/b.h"\n', "lib/base/b.h": '#include "lib/base/a.h"\n'}
        self.assertEqual(layer_rules.check_includes(RULES, files),
                         ["files include each other in a circle: lib/base/a.h -> lib/base/b.h -> lib/base/a.h"])

    def test_the_testkit_linked_into_a_service_by_a_detour(self):
        links = {"vardvakt-ingest": {"vardvakt_runtime"}, "vardvakt_runtime": {"vardvakt_testkit"}}
        folders = {"vardvakt-ingest": "services/ingest", "vardvakt_runtime": "lib/runtime",
                   "vardvakt_testkit": "lib/testkit"}
        problems = RULES.check_links(links, folders)
        self.assertEqual(problems, ["vardvakt-ingest must not contain vardvakt_testkit, which is for tests only",
                                    "vardvakt_runtime (lib/runtime) must not link vardvakt_testkit (lib/testkit)"])

    def test_a_long_file_and_a_stray_folder(self):
        self.assertEqual(layer_rules.check_sizes({"lib/base/a.cc": "\n" * 600}), ["lib/base/a.cc: 600 lines; at most 599"])
        self.assertEqual(layer_rules.check_top_level(["lib", "utils"]), ["utils/: no top-level folder of the design"])

    def test_what_is_allowed_is_not_found(self):
        self.assertEqual(self.problems("lib/adapters/kafka/a_test.cc",
                                       '#include <librdkafka/rdkafkacpp.h>\n#include "gtest/gtest.h"\n#include <thread>\n'
                                       '#include "lib/testkit/manual_clock.h"\n#include "lib/engine/log.h"\n'), [])


if __name__ == "__main__":
    unittest.main()
