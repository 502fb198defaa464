#pragma once

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "lib/domain/definition.h"
#include "lib/domain/measures.h"
#include "lib/domain/ratios.h"
#include "lib/domain/windows.h"
#include "lib/engine/series_table.h"

namespace vardvakt::engine {

// The rows of the contract, read off a table of series as of `now`. Views only: panes are the facts.
class Figures {
 public:
  Figures(const domain::StreamDefinition& definition, const TimeZone& zone, Instant now)
      : definition_(definition), zone_(zone), now_(now) {}

  // Nullopt for `decided` of an indicator without a limit and, unless `empty_too`, for a row that counts
  // nothing.
  std::optional<domain::ShareRow> Share(const Series& series, domain::Measure measure, domain::Window window,
                                        bool empty_too = false) const;
  // The same for both measures and every window.
  void ForEachShare(const Series& series, bool empty_too,
                    absl::FunctionRef<void(domain::ShareRow)> visit) const;
  // Any other window: kOutOfRange for bounds that no kept pane matches.
  absl::StatusOr<domain::ShareRow> ShareBetween(const Series& series, domain::Measure measure, Instant from,
                                                Instant to) const;
  // The rows of a ratio or count, for whose indicator Share has none.
  std::vector<domain::RatioRow> Ratios(const SeriesTable& table, int indicator) const;
  domain::WaitingRow Waiting(const Series& series) const;
  static domain::LeftOutRow LeftOut(const Series& series);

 private:
  std::optional<domain::ShareRow> RowOf(const Series& series, domain::Measure measure, domain::Window window,
                                        const domain::Pane& sum, bool empty_too) const;
  domain::ShareFrame FrameOf(const Series& series, domain::Measure measure, Instant last) const;
  std::optional<int64_t> MonthOutlook(const Series& series, int64_t n) const;

  const domain::StreamDefinition& definition_;
  const TimeZone& zone_;
  Instant now_;
};

}  // namespace vardvakt::engine
