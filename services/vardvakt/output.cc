#include "services/vardvakt/output.h"

#include "lib/base/strings.h"
#include "lib/wire/compliance_codec.h"
#include "vardvakt/deadletter/v1/dead_letter.pb.h"

namespace vardvakt::cli {

absl::Status OutputFile::Open(const std::string& path) {
  path_ = path;
  if (path.empty()) return absl::OkStatus();
  file_.open(path, std::ios::binary | std::ios::trunc);
  return Check();
}

absl::Status OutputFile::Close() {
  if (path_.empty()) return absl::OkStatus();
  file_.close();
  return Check();
}

absl::Status OutputFile::Check() const {
  if (file_) return absl::OkStatus();
  return absl::UnavailableError(Cat(path_, " can't be written; see that there is room and permission"));
}

absl::Status WriteDeadLetter(OutputFile& file, int64_t number, const Place& place,
                             const domain::Rejection& rejection) {
  deadletter::v1::DeadLetter letter;
  letter.set_offset(number);
  letter.set_reason(std::string(domain::RejectName(rejection.reason)));
  letter.set_detail(rejection.detail);
  letter.set_original(std::string(place.original));
  letter.set_topic(place.path);
  letter.set_topic_offset(place.line);
  absl::StatusOr<std::string> json = wire::ToJson(letter);
  if (!json.ok()) return json.status();
  file.Write(Cat(*json, "\n"));
  return absl::OkStatus();
}

}  // namespace vardvakt::cli
