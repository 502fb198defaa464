"""Finds what breaks the layers declared in layers.toml: includes, library links, cycles, sizes, top-level folders."""

import re
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

CODE_FOLDERS = ("lib", "services", "tests", "benchmarks")
CODE_ENDINGS = {".h", ".cc", ".cpp"}
MAX_LINES = 600
TOP_LEVEL = {".ci", "benchmarks", "cmake", "config", "deploy", "docs", "lib", "proto", "scripts", "services", "tests",
             "web"}
TOP_LEVEL_IGNORED = {".git", ".cache", "build", "node_modules"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
CLOCK = re.compile(r"_clock::now\s*\(|\b(?:gettimeofday|clock_gettime)\s*\(|\bstd::time\s*\(|\babsl::Now\s*\(")


def load(path):
    with open(path, "rb") as file:
        return tomllib.load(file)


def matches(header, patterns):
    return any(fnmatchcase(header, pattern) if "*" in pattern else header.startswith(pattern) for pattern in patterns)


def allowed(name, patterns):
    return any(fnmatchcase(name, pattern) for pattern in patterns)


class Rules:
    def __init__(self, table):
        self.table = table
        self.layers = {layer["folder"]: layer for layer in table["layer"]}

    def folder_of(self, path):
        """The innermost declared folder that a path of the project lies in; None when there is none."""
        inside = [folder for folder in self.layers if path == folder or path.startswith(folder + "/")]
        return max(inside, key=len) if inside else None

    def may_use(self, folder, other, beside=False):
        patterns = self.layers[folder]["uses"] + (self.table["beside"]["uses"] if beside else [])
        return folder == other or allowed(other, patterns)

    def outside_name(self, header):
        """Which declared outside thing a header belongs to: the one with the longest pattern that matches."""
        found = [(max(len(pattern) for pattern in thing["headers"] if matches(header, [pattern])), name)
                 for name, thing in self.table["outside"].items() if matches(header, thing["headers"])]
        return max(found)[1] if found else None

    def check_file(self, path, text):
        """What one C++ file breaks, as messages."""
        folder = self.folder_of(path)
        if folder is None:
            return [f"{path}: lies in no declared layer; add its folder to tests/layers/layers.toml"]
        layer = self.layers[folder]
        beside = allowed(path, self.table["beside"]["files"])
        problems = []
        for quoted, angled in INCLUDE.findall(text):
            header = quoted or angled
            if quoted.startswith(("lib/", "services/", "tests/", "benchmarks/")):
                other = self.folder_of(header)
                if other is None or not self.may_use(folder, other, beside):
                    problems.append(f"{path}: {folder} must not include {header}")
                continue
            outside = self.outside_name(header)
            names = layer["outside"] + (self.table["beside"]["outside"] if beside else [])
            if outside and not allowed(outside, names):
                problems.append(f"{path}: {folder} must not include <{header}>: {outside} belongs to other folders")
            elif quoted and not outside and not quoted.startswith("absl/"):
                problems.append(f'{path}: "{header}" is not named from the project\'s root')
            if layer.get("pure") and not beside and matches(header, self.table["pure"]["headers"]):
                problems.append(f"{path}: {folder} is pure and must not include <{header}>")
        if (layer.get("pure") or layer.get("no_clock")) and not beside and CLOCK.search(text):
            problems.append(f"{path}: {folder} must receive the time (lib/base/clock.h), not ask the machine for it")
        return problems

    def check_links(self, links, folders):
        """What the link graph breaks. links: target -> targets; folders: target -> its folder in the project."""
        problems = []
        for target, others in sorted(links.items()):
            folder = self.folder_of(folders.get(target, ""))
            if folder is None or folder in ("tests", "benchmarks") or allowed(target, self.table["beside"]["targets"]):
                continue
            for other in sorted(others):
                other_folder = self.folder_of(folders.get(other, ""))
                if other_folder and not self.may_use(folder, other_folder):
                    problems.append(f"{target} ({folder}) must not link {other} ({other_folder})")
            if folder == "services":
                for reached in sorted(reachable(links, target)):
                    if folders.get(reached, "").startswith("lib/testkit") or re.match(r"GTest::|rapidcheck", reached):
                        problems.append(f"{target} must not contain {reached}, which is for tests only")
        return problems


def reachable(links, start):
    seen, waiting = set(), [start]
    while waiting:
        for other in links.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def find_cycle(graph):
    """A cycle of a graph (node -> nodes) as a list of nodes, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for other in sorted(graph.get(node, ())):
            cycle = visit(other)
            if cycle:
                return cycle
        path.pop()
        done.add(node)
        return None

    for node in sorted(graph):
        cycle = visit(node)
        if cycle:
            return cycle
    return None


def code_files(root):
    """Path from the root -> text, of every C++ file."""
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
            for folder in CODE_FOLDERS for path in sorted((root / folder).rglob("*")) if path.suffix in CODE_ENDINGS}


def include_graphs(rules, files):
    """(file -> files, folder -> folders) of the includes within the project, tests beside the code left out."""
    by_file, by_folder = {}, {}
    for path, text in files.items():
        if allowed(path, rules.table["beside"]["files"]):
            continue
        targets = {quoted for quoted, _ in INCLUDE.findall(text) if quoted in files}
        by_file[path] = targets
        folder = rules.folder_of(path)
        others = {rules.folder_of(target) for target in targets} - {folder}
        by_folder.setdefault(folder, set()).update(others)
    return by_file, by_folder


def check_includes(rules, files):
    problems = [problem for path, text in files.items() for problem in rules.check_file(path, text)]
    for what, graph in zip(("files", "folders"), include_graphs(rules, files)):
        cycle = find_cycle(graph)
        if cycle:
            problems.append(f"{what} include each other in a circle: {' -> '.join(map(str, cycle))}")
    return problems


def check_sizes(files):
    """files: path -> text."""
    return [f"{path}: {lines} lines; at most {MAX_LINES - 1}"
            for path, lines in ((path, text.count("\n")) for path, text in files.items()) if lines >= MAX_LINES]


def check_top_level(names):
    return [f"{name}/: no top-level folder of the design" for name in sorted(set(names) - TOP_LEVEL - TOP_LEVEL_IGNORED)]


def parse_graphviz(text):
    """target -> set of targets, from the file that cmake --graphviz writes."""
    names = {node: re.sub(r"\\n.*", "", label)
             for node, label in re.findall(r'^\s*"(node\d+)" \[ label = "([^"]*)"', text, re.MULTILINE)}
    links = {name: set() for name in names.values()}
    for source, target in re.findall(r'^\s*"(node\d+)" -> "(node\d+)"', text, re.MULTILINE):
        links[names[source]].add(names[target])
    return links


def target_folders(root):
    """target -> its folder in the project, from the CMakeLists.txt that declare them."""
    folders = {}
    for path in (path for folder in CODE_FOLDERS for path in (root / folder).rglob("CMakeLists.txt")):
        folder = path.parent.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"^\s*vardvakt_library\(\s*([\w-]+)", text, re.MULTILINE):
            folders[f"vardvakt_{name}"] = folder
        for name in re.findall(r"^\s*(?:vardvakt_(?:executable|test)|add_library|add_executable)\(\s*([\w-]+)", text,
                               re.MULTILINE):
            folders[name] = folder
    return folders
