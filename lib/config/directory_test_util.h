#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "lib/testkit/temp_dir.h"

namespace vardvakt::config {

inline std::string ReadText(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream.is_open()) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void WriteText(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  stream.close();
  EXPECT_TRUE(stream.good()) << path;
}

// A copy of a configuration directory that a test may change; gone at the test's end.
class CopiedDirectory {
 public:
  explicit CopiedDirectory(const std::string& original) {
    std::filesystem::copy(original, path(), std::filesystem::copy_options::recursive);
  }
  std::filesystem::path path() const { return directory_.path(); }
  void Lay(const std::string& name, const std::string& text) { WriteText(path() / name, text); }

 private:
  testkit::TempDir directory_;
};

// True where the run is to write what it would compare with (generated documents, expected messages).
inline bool Rewriting() { return std::getenv("VARDVAKT_REWRITE") != nullptr; }

}  // namespace vardvakt::config
