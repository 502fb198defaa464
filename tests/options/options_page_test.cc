#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "lib/base/strings.h"

namespace vardvakt {
namespace {

// What a program, found beside this one's folder, prints.
std::string OutputOf(const std::string& program, const std::string& argument) {
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
  std::FILE* pipe = ::popen(Cat((folder / program).string(), " ", argument).c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string output;
  char buffer[4096];
  for (size_t bytes; (bytes = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) output.append(buffer, bytes);
  EXPECT_EQ(::pclose(pipe), 0) << program;
  return output;
}

TEST(OptionsPageTest, SaysWhatTheProgramsDeclare) {
  std::string page =
      "# Options\n\nMade from the programs' own declarations; `UPDATE_DOCS=1 "
      "build/release/bin/tests/options_page_test` "
      "writes it anew. An option stands as `--name value` or `--name=value`. `--help` tells the same.\n\n";
  std::istringstream programs(PROGRAMS);
  for (std::string program; programs >> program;) page += OutputOf(program, "--options-reference");
  if (std::getenv("UPDATE_DOCS") != nullptr) std::ofstream("docs/options.md") << page;
  std::ifstream file("docs/options.md");
  const std::string written(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(written, page) << "run UPDATE_DOCS=1 build/release/bin/tests/options_page_test";
}

}  // namespace
}  // namespace vardvakt
