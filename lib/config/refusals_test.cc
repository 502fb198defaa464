// Each file of testdata/refused is laid over the small configuration testdata/base (or "# over: NAME" in its
// first line), under the name in the line "# lay: NAME"; the lines "# says: ..." after it are every problem
// that must be reported, in order.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "lib/config/configuration.h"
#include "lib/config/directory_test_util.h"

namespace vardvakt::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOver = "# over: ";
constexpr std::string_view kLay = "# lay: ";
constexpr std::string_view kSays = "# says: ";

struct Refusal {
  std::string over = "base";
  std::string lay;
  std::vector<std::string> says;
  std::string body;
};

Refusal Parse(const std::string& text) {
  Refusal refusal;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kOver)) {
      refusal.over = line.substr(kOver.size());
    } else if (line.starts_with(kLay)) {
      refusal.lay = line.substr(kLay.size());
    } else if (line.starts_with(kSays)) {
      refusal.says.push_back(line.substr(kSays.size()));
    } else {
      refusal.body += line + "\n";
    }
  }
  return refusal;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<fs::path> RefusedFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator("lib/config/testdata/refused"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class Refused : public testing::TestWithParam<fs::path> {};

// Lines are counted without the header, so that an expected message can be added without moving the rest.
TEST_P(Refused, SaysEveryProblemExactly) {
  const Refusal refusal = Parse(ReadText(GetParam()));
  CopiedDirectory directory("lib/config/testdata/" + refusal.over);
  directory.Lay(refusal.lay, refusal.body);
  const LoadResult result = Load(directory.path());
  EXPECT_EQ(result.configuration, nullptr);
  const std::vector<std::string> said = Lines(FormatProblems(result.problems));
  if (Rewriting()) {
    std::string text = refusal.over == "base" ? "" : std::string(kOver) + refusal.over + "\n";
    text += std::string(kLay) + refusal.lay + "\n";
    for (const std::string& line : said) text += std::string(kSays) + line + "\n";
    WriteText(GetParam(), text + refusal.body);
    return;
  }
  EXPECT_THAT(said, testing::ElementsAreArray(refusal.says));
  EXPECT_FALSE(refusal.says.empty());
}

INSTANTIATE_TEST_SUITE_P(Files, Refused, testing::ValuesIn(RefusedFiles()),
                         [](const auto& file) { return file.param.stem().string(); });

TEST(RefusedBase, IsGoodByItself) {
  EXPECT_EQ(FormatProblems(Load("lib/config/testdata/base").problems), "");
  EXPECT_EQ(FormatProblems(Load("lib/config/testdata/shapes").problems), "");
}

TEST(RefusedDirectory, MissingDirectory) {
  EXPECT_EQ(
      FormatProblems(Load("lib/config/testdata/nowhere").problems),
      ".:1:1: \"lib/config/testdata/nowhere\" is not a readable directory; name the one with units.yaml and "
      "streams.yaml\n");
}

TEST(RefusedDirectory, EmptyDirectory) {
  const testkit::TempDir empty;
  EXPECT_EQ(FormatProblems(Load(empty.path()).problems),
            "alerts.yaml:1:1: the file is missing; docs/configuration.md says what belongs in it\n"
            "indicators:1:1: there is no indicator file (*.yaml) here; add one\n"
            "streams.yaml:1:1: the file is missing; docs/configuration.md says what belongs in it\n"
            "units.yaml:1:1: the file is missing; docs/configuration.md says what belongs in it\n");
}

TEST(RefusedDirectory, UnreadableFile) {
  CopiedDirectory directory("lib/config/testdata/base");
  fs::remove(directory.path() / "units.yaml");
  fs::create_directory(directory.path() / "units.yaml");
  EXPECT_EQ(FormatProblems(Load(directory.path()).problems),
            "units.yaml:1:1: the file can't be read; check that it is a file and its permissions\n");
}

}  // namespace
}  // namespace vardvakt::config
