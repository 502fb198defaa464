#include "services/compliance/former_definitions.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <vector>

#include "lib/base/strings.h"
#include "services/compliance/task_setting.h"

namespace vardvakt::compliance {
namespace {

namespace fs = std::filesystem;

constexpr size_t kKept = 16;

bool IsOf(const config::LoadResult& loaded, const config::Configuration& configuration) {
  if (loaded.configuration == nullptr) return false;
  const auto& a = loaded.configuration->regions;
  const auto& b = configuration.regions;
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return x.code == y.code && x.digests == y.digests; });
}

}  // namespace

std::string FormerDefinitions::FolderOf(uint32_t revision) const {
  return (fs::path(folder_) / std::to_string(revision)).string();
}

// Copied beside its place and moved there whole, so that a crash leaves no half of it.
absl::Status FormerDefinitions::Keep(const std::string& directory,
                                     const config::Configuration& configuration) {
  if (folder_.empty()) return absl::OkStatus();
  const std::lock_guard lock(mutex_);
  const std::string folder = FolderOf(configuration.revision);
  if (fs::exists(folder)) {
    if (IsOf(config::Load(folder), configuration)) return absl::OkStatus();
    return absl::FailedPreconditionError(Cat(
        "the definitions in ", directory, " are other ones than those of revision ", configuration.revision,
        " in ", folder, ": set `revision` in revision.yaml to ", configuration.revision + 1));
  }
  const std::string half = folder + ".new";
  std::error_code error;
  fs::remove_all(half, error);
  fs::create_directories(folder_, error);
  if (!error) fs::copy(directory, half, fs::copy_options::recursive, error);
  if (!error) fs::rename(half, folder, error);
  if (error) {
    return absl::UnavailableError(
        Cat("the configuration in ", directory, " can't be copied to ", folder, ": ", error.message(),
            "; a start with other definitions will show nothing until it has judged all "
            "cases"));
  }
  ForgetOldest();
  return absl::OkStatus();
}

void FormerDefinitions::ForgetOldest() {
  std::vector<uint32_t> revisions;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    uint32_t revision = 0;
    const auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), revision);
    if (bad == std::errc() && rest == name.data() + name.size()) revisions.push_back(revision);
  }
  std::ranges::sort(revisions);
  for (size_t i = 0; i + kKept < revisions.size(); ++i) fs::remove_all(FolderOf(revisions[i]), error);
}

std::optional<engine::TaskSetting> FormerDefinitions::Find(const engine::TaskSetting& setting,
                                                           const engine::DefinitionsId& id) {
  const std::lock_guard lock(mutex_);
  if (folder_.empty() || !fs::exists(FolderOf(id.revision))) return std::nullopt;
  auto& configuration = read_[id.revision];
  if (configuration == nullptr) configuration = config::Load(FolderOf(id.revision)).configuration;
  if (configuration == nullptr) return std::nullopt;
  for (engine::TaskSetting& former : TaskSettingsOf(configuration)) {
    if (former.region == setting.region && former.partition == setting.partition && former.id == id)
      return std::move(former);
  }
  return std::nullopt;
}

}  // namespace vardvakt::compliance
