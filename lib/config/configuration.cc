#include "lib/config/configuration.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <tuple>

#include "lib/config/build.h"

namespace vardvakt::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndicators = "indicators";
constexpr std::string_view kOverlays = "regions";

bool IsYaml(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

// Names of what is in a folder, sorted; empty where there is none.
std::vector<fs::directory_entry> EntriesOf(const fs::path& folder) {
  std::vector<fs::directory_entry> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    entries.push_back(*it);
  std::sort(entries.begin(), entries.end());
  return entries;
}

// What one region is read from; files are shared between regions that have none of their own.
struct RegionFiles {
  File<StreamsText> streams;
  File<UnitsText> units;
  bool own_units = false;
  File<AlertsText> alerts;
  std::vector<File<IndicatorsText>> indicators;
  File<SvfLimitsText> svf_limits;
  File<DenominatorsText> denominators;
};

class Loader {
 public:
  explicit Loader(const std::string& directory) : root_(directory) {}

  LoadResult Run() {
    std::error_code error;
    if (!fs::is_directory(root_, error)) {
      Refuse(".", Cat("\"", root_.string(),
                      "\" is not a readable directory; name the one with units.yaml and streams.yaml"));
      return Finish(nullptr);
    }
    CheckNames("");
    auto configuration = std::make_shared<Configuration>();
    if (const auto file = Read("revision.yaml", RevisionTable()); file.text != nullptr) {
      configuration->revision = static_cast<uint32_t>(file.text->revision);
    }
    const RegionFiles top = ReadTop();
    const std::vector<DeployedRegionText> deployed = ReadRegions(top);
    CheckOverlays(deployed);
    for (const DeployedRegionText& region : deployed) {
      configuration->intake.regions.insert(region.code.value);
      configuration->regions.push_back(
          BuildRegion(region, WithOverlay(top, region.code.value), *configuration));
    }
    if (!problems_.empty()) return Finish(nullptr);
    for (RegionConfiguration& region : configuration->regions) {
      for (const domain::StreamDefinition& stream : region.streams)
        region.digests.push_back(DigestOf(stream, region, configuration->intake));
      region.machine_digest = MachineDigestOf(region.zone);
    }
    return Finish(std::move(configuration));
  }

 private:
  void Refuse(const std::string& file, std::string message) {
    problems_.push_back({file, 1, 1, std::move(message)});
  }

  LoadResult Finish(std::shared_ptr<const Configuration> configuration) {
    Tidy(problems_);
    Tidy(notes_);
    return {std::move(configuration), std::move(problems_), std::move(notes_)};
  }

  // In the files' order, each once: what regions share is looked at for each of them.
  static void Tidy(std::vector<Problem>& problems) {
    const auto order = [](const Problem& problem) {
      return std::tie(problem.file, problem.line, problem.column, problem.message);
    };
    std::sort(problems.begin(), problems.end(),
              [&](const Problem& a, const Problem& b) { return order(a) < order(b); });
    problems.erase(std::unique(problems.begin(), problems.end(),
                               [&](const Problem& a, const Problem& b) { return order(a) == order(b); }),
                   problems.end());
  }

  // A file with a name that nothing reads is a file that somebody believes in.
  void CheckNames(const std::string& folder) {
    std::vector<std::string> known;
    for (const FileKind& kind : FileKinds()) {
      if (kind.pattern.find('/') == std::string::npos && (folder.empty() || kind.overlay))
        known.push_back(kind.pattern);
    }
    for (const fs::directory_entry& entry : EntriesOf(root_ / folder)) {
      const std::string name = entry.path().filename().string();
      if (IsYaml(entry.path()) && !entry.is_directory() &&
          std::find(known.begin(), known.end(), name) == known.end()) {
        Refuse(folder + name, Cat("no configuration file has this name", Remedy(name, known)));
      }
    }
  }

  template <typename T>
  File<T> Read(const std::string& name, const Table<T>& table) {
    File<T> file{name, nullptr};
    std::error_code error;
    if (!fs::exists(root_ / name, error)) return file;
    std::ifstream stream(root_ / name, std::ios::binary);
    std::string text;
    if (stream) {
      // One byte more than is taken, so that the bound is noticed without reading what is beyond it.
      text.resize(kMaxFileBytes + 1);
      stream.read(text.data(), static_cast<std::streamsize>(text.size()));
      text.resize(static_cast<size_t>(stream.gcount()));
    }
    if (!stream.eof() && text.size() <= kMaxFileBytes) {
      Refuse(name, "the file can't be read; check that it is a file and its permissions");
      return file;
    }
    Sink sink(name, problems_);
    const std::optional<Node> document = ParseDocument(text, sink);
    if (!document) return file;
    auto read = std::make_shared<T>();
    table.Read(*document, sink, *read);
    if (document->kind == Node::Kind::kMap) file.text = std::move(read);
    return file;
  }

  std::vector<File<IndicatorsText>> ReadIndicators(const std::string& folder) {
    std::vector<File<IndicatorsText>> files;
    for (const fs::directory_entry& entry : EntriesOf(root_ / folder / kIndicators)) {
      const std::string name = Cat(folder, kIndicators, "/", entry.path().filename().string());
      if (entry.path().extension() == ".yml") Refuse(name, "indicator files end in .yaml; rename it");
      if (entry.path().extension() == ".yaml") files.push_back(Read(name, IndicatorsTable()));
    }
    return files;
  }

  RegionFiles ReadTop() {
    RegionFiles top{.streams = Read("streams.yaml", StreamsTable()),
                    .units = Read("units.yaml", UnitsTable()),
                    .own_units = true,
                    .alerts = Read("alerts.yaml", AlertsTable()),
                    .indicators = ReadIndicators(""),
                    .svf_limits = Read("svf-limits.yaml", SvfLimitsTable()),
                    .denominators = Read("denominators.yaml", DenominatorsTable())};
    Check(top.streams, CheckStreams);
    return top;
  }

  template <typename T>
  void Check(const File<T>& file, void (*check)(const T&, Sink&)) {
    Sink sink(file.name, problems_);
    if (file.text != nullptr) check(*file.text, sink);
  }

  // The regions of regions.yaml; without that file the one of units.yaml.
  std::vector<DeployedRegionText> ReadRegions(const RegionFiles& top) {
    const File<RegionsText> file = Read("regions.yaml", RegionsTable());
    Check(file, CheckRegions);
    std::error_code error;
    if (file.text != nullptr) return file.text->regions;
    if (top.units.text == nullptr || fs::exists(root_ / "regions.yaml", error)) return {DeployedRegionText{}};
    return {{.code = top.units.text->region.code, .partition = {.value = 0, .given = true}}};
  }

  void CheckOverlays(const std::vector<DeployedRegionText>& deployed) {
    std::vector<std::string> codes;
    for (const DeployedRegionText& region : deployed) codes.push_back(region.code.value);
    for (const fs::directory_entry& entry : EntriesOf(root_ / kOverlays)) {
      const std::string code = entry.path().filename().string();
      if (std::find(codes.begin(), codes.end(), code) == codes.end()) {
        Refuse(Cat(kOverlays, "/", code),
               Cat("no region of regions.yaml has the code \"", code, "\"", Remedy(code, codes)));
      }
    }
  }

  // The file of this name takes the place of the one given, where there is such a file.
  template <typename T>
  void Replace(const std::string& name, const Table<T>& table, File<T>& file) {
    std::error_code error;
    if (fs::exists(root_ / name, error)) file = Read(name, table);
  }

  // The top files, with those that config/regions/<code>/ has of the same names in their place.
  RegionFiles WithOverlay(const RegionFiles& top, const std::string& code) {
    RegionFiles files = top;
    const std::string folder = Cat(kOverlays, "/", code, "/");
    std::error_code error;
    if (code.empty() || !fs::is_directory(root_ / folder, error)) return files;
    CheckNames(folder);
    if (fs::exists(root_ / folder / "streams.yaml", error)) {
      files.streams = Read(folder + "streams.yaml", StreamsTable());
      Check(files.streams, CheckStreams);
    }
    Replace(folder + "units.yaml", UnitsTable(), files.units);
    Replace(folder + "alerts.yaml", AlertsTable(), files.alerts);
    Replace(folder + "svf-limits.yaml", SvfLimitsTable(), files.svf_limits);
    Replace(folder + "denominators.yaml", DenominatorsTable(), files.denominators);
    files.own_units = files.units.name != top.units.name;
    for (File<IndicatorsText>& own : ReadIndicators(folder)) {
      const auto same = std::find_if(files.indicators.begin(), files.indicators.end(), [&](const auto& file) {
        return fs::path(file.name).filename() == fs::path(own.name).filename();
      });
      if (same == files.indicators.end()) {
        files.indicators.push_back(std::move(own));
      } else {
        *same = std::move(own);
      }
    }
    return files;
  }

  RegionConfiguration BuildRegion(const DeployedRegionText& deployed, const RegionFiles& files,
                                  Configuration& configuration) {
    RegionConfiguration region;
    region.code = deployed.code.value;
    region.partition = static_cast<int>(deployed.partition.value);
    BuildStreams(files, region, configuration);
    if (Sink sink(files.units.name, problems_); files.units.text != nullptr) {
      region.geography = BuildGeography(*files.units.text, sink, region.zone);
      const Located<std::string>& code = files.units.text->region.code;
      const bool is_own =
          files.own_units && (configuration.regions.empty() || files.units.name.starts_with(kOverlays));
      if (is_own && deployed.code.given && code.given && code.value != region.code) {
        sink.Add(code.at, Cat("the file is of region \"", code.value, "\" and read for region \"",
                              region.code, "\" of regions.yaml; make the codes equal"));
      }
      region.geography.region_code = region.code;
    } else {
      NeedFile(files.units.name);
    }
    region.pathways = PathwaysOf(files.svf_limits);
    const bool complete = BuildStreamDefinitions(files, region);
    if (Sink sink(files.denominators.name, problems_); files.denominators.text != nullptr) {
      Sink notes(files.denominators.name, notes_);
      BuildDenominators(*files.denominators.text, region.geography, complete ? &region.streams : nullptr,
                        sink, notes);
    }
    if (Sink sink(files.alerts.name, problems_); files.alerts.text != nullptr) {
      region.rules = BuildAlerts(*files.alerts.text, complete ? &region.streams : nullptr, sink);
    } else {
      NeedFile(files.alerts.name);
    }
    std::sort(region.streams.begin(), region.streams.end(),
              [](const auto& a, const auto& b) { return a.stream < b.stream; });
    for (domain::StreamDefinition& stream : region.streams) {
      std::sort(stream.indicators.begin(), stream.indicators.end(),
                [](const auto& a, const auto& b) { return a.id < b.id; });
    }
    return region;
  }

  // Null where there is no file; an empty table where it can't be read, which has been said.
  std::shared_ptr<const domain::PathwayTable> PathwaysOf(const File<SvfLimitsText>& file) {
    Sink sink(file.name, problems_);
    Sink notes(file.name, notes_);
    if (file.text != nullptr) return BuildPathways(*file.text, sink, notes);
    std::error_code error;
    return fs::exists(root_ / file.name, error) ? std::make_shared<domain::PathwayTable>() : nullptr;
  }

  // False when not every indicator could be read.
  bool BuildStreamDefinitions(const RegionFiles& files, RegionConfiguration& region) {
    std::map<std::string, std::string> owners;
    bool complete = !files.indicators.empty();
    for (const File<IndicatorsText>& file : files.indicators) {
      Sink sink(file.name, problems_);
      complete = complete && file.text != nullptr &&
                 std::all_of(file.text->indicators.begin(), file.text->indicators.end(),
                             [](const IndicatorText& indicator) { return indicator.id.given; });
      if (file.text != nullptr)
        BuildIndicators(*file.text, files.streams.text.get(), region.pathways, region.streams, owners, sink);
    }
    if (files.indicators.empty())
      Refuse(std::string(kIndicators), "there is no indicator file (*.yaml) here; add one");
    return complete;
  }

  void BuildStreams(const RegionFiles& files, const RegionConfiguration&, Configuration& configuration) {
    if (files.streams.text == nullptr) {
      NeedFile(files.streams.name);
      return;
    }
    Sink sink(files.streams.name, problems_);
    AddIntake(*files.streams.text, configuration.regions.empty(), configuration.intake, sink);
    for (const StreamText& stream : files.streams.text->streams) {
      if (std::find(configuration.streams.begin(), configuration.streams.end(), stream.stream.value) ==
          configuration.streams.end()) {
        configuration.streams.push_back(stream.stream.value);
      }
    }
  }

  void NeedFile(const std::string& name) {
    std::error_code error;
    if (!fs::exists(root_ / name, error))
      Refuse(name, "the file is missing; docs/configuration.md says what belongs in it");
  }

  fs::path root_;
  std::vector<Problem> problems_;
  std::vector<Problem> notes_;
};

}  // namespace

std::string FormatProblems(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    CatTo(text, problem.file, ":", problem.line, ":", problem.column, ": ", problem.message, "\n");
  }
  return text;
}

const domain::StreamDefinition* RegionConfiguration::FindStream(std::string_view stream) const {
  const auto it = std::find_if(streams.begin(), streams.end(),
                               [&](const auto& candidate) { return candidate.stream == stream; });
  return it == streams.end() ? nullptr : &*it;
}

const domain::Indicator* RegionConfiguration::FindIndicator(std::string_view id) const {
  for (const domain::StreamDefinition& stream : streams) {
    for (const domain::Indicator& indicator : stream.indicators) {
      if (indicator.id == id) return &indicator;
    }
  }
  return nullptr;
}

const RegionConfiguration* Configuration::FindRegion(std::string_view code) const {
  for (const RegionConfiguration& region : regions) {
    if (code.empty() || region.code == code) return &region;
  }
  return nullptr;
}

LoadResult Load(const std::string& directory) { return Loader(directory).Run(); }

}  // namespace vardvakt::config
