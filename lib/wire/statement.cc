#include "lib/wire/statement.h"

#include <vector>

#include "lib/base/strings.h"
#include "lib/wire/csv_text.h"
#include "lib/wire/json_members.h"
#include "lib/wire/statement_fields.h"

namespace vardvakt::wire {
namespace {

using domain::StatedNumbers;
using domain::Statement;
using domain::StatementRow;

// The cells of one line, in the order in which they are visited.
class Cells {
 public:
  void Text(std::string_view, std::string_view text) { cells_.emplace_back(text); }
  void Count(std::string_view, std::optional<int64_t> count) {
    std::string& cell = cells_.emplace_back();
    if (count) AppendInteger(cell, *count);
  }
  void Fraction(std::string_view, std::optional<double> fraction) {
    std::string& cell = cells_.emplace_back();
    if (fraction) AppendFraction(cell, *fraction);
  }
  void Counts(std::string_view, const std::map<std::string, int64_t>& counts) {
    std::string& cell = cells_.emplace_back();
    for (const auto& [what, count] : counts) CatTo(cell, cell.empty() ? "" : ";", what, "=", count);
  }
  void AppendTo(std::string& out) const {
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (i > 0) out += ',';
      AppendCsvCell(cells_[i], out);
    }
    out += "\r\n";
  }

 private:
  std::vector<std::string> cells_;
};

// The names of the fields, as the head of the table.
class Names {
 public:
  explicit Names(Cells& cells) : cells_(cells) {}
  void Text(std::string_view name, std::string_view) { cells_.Text(name, name); }
  void Count(std::string_view name, std::optional<int64_t>) { cells_.Text(name, name); }
  void Fraction(std::string_view name, std::optional<double>) { cells_.Text(name, name); }
  void Counts(std::string_view name, const std::map<std::string, int64_t>&) { cells_.Text(name, name); }

 private:
  Cells& cells_;
};

void AppendCsvLine(const Statement& statement, const StatementRow& row, std::string_view known,
                   const StatedNumbers& numbers, std::string& out) {
  Cells cells;
  cells.Text("period", statement.period.name);
  cells.Text("known", known);
  VisitFrame(row, cells);
  VisitNumbers(numbers, cells);
  cells.AppendTo(out);
}

void AppendJsonRow(const StatementRow& row, std::string& out) {
  JsonMembers members(out);
  VisitFrame(row, members);
  members.Name("as_published");
  if (row.as_published) {
    JsonMembers numbers(out);
    VisitNumbers(*row.as_published, numbers);
    numbers.End();
  } else {
    out += "null";
  }
  members.Name("as_known");
  JsonMembers numbers(out);
  VisitNumbers(row.as_known, numbers);
  numbers.End();
  members.End();
}

std::string Percent(std::optional<double> share) {
  if (!share) return "–";
  const auto tenths = static_cast<int64_t>(*share * 1000 + 0.5);
  return Cat(tenths / 10, ".", tenths % 10, " %");
}

std::string Reasons(const std::map<std::string, int64_t>& counts) {
  std::string text;
  for (const auto& [reason, count] : counts) CatTo(text, text.empty() ? "" : ", ", reason, " ", count);
  return text.empty() ? "–" : text;
}

// "40 of 50: 80.0 % (67.0 % to 88.8 %)"
std::string ShareText(const StatementRow& row, const StatedNumbers& numbers) {
  if (row.shape == domain::Shape::kCount) return Cat(numbers.n);
  if (row.shape == domain::Shape::kRatio) {
    if (!numbers.denominator) return Cat(numbers.n, "; nothing configured to compare with");
    std::string expected;
    AppendFraction(expected, *numbers.denominator);
    return Cat(numbers.n, " of ", expected, ": ", Percent(numbers.share));
  }
  if (!numbers.within) return Cat("n = ", numbers.n);
  if (numbers.n == 0) return "none";
  return Cat(*numbers.within, " of ", numbers.n, ": ", Percent(numbers.share), " (",
             Percent(numbers.wilson_low), " to ", Percent(numbers.wilson_high), ")");
}

std::string BeforeText(const StatementRow& row, const StatedNumbers& numbers) {
  if (row.shape != domain::Shape::kShare) return "–";
  if (!numbers.within_before) return Cat("n = ", numbers.n_before);
  if (numbers.n_before == 0) return "none";
  return Cat(*numbers.within_before, " of ", numbers.n_before, ": ", Percent(numbers.share_before));
}

std::string WaitingText(const StatementRow& row, const StatedNumbers& numbers) {
  if (row.shape != domain::Shape::kShare) return "–";
  return Cat(numbers.open, numbers.overdue > 0 ? Cat(" (", numbers.overdue, " overdue)") : "");
}

std::string GoalText(const StatementRow& row) {
  if (!row.goal) return "–";
  std::string goal = row.shape == domain::Shape::kCount ? "" : Percent(row.goal);
  if (goal.empty()) AppendFraction(goal, *row.goal);
  return Cat(row.better == domain::Better::kLower ? "at most " : "", goal);
}

void AppendSectionHead(const StatementRow& row, std::string& out) {
  CatTo(out, "\n## ", row.name_en, "\n\n", row.name_sv, ". `", row.definition, "`, region ", row.region,
        ". Goal: ", GoalText(row), ".\n\n",
        "| place | measure | known | share (95 % interval) | before exclusions | excluded | waiting at the "
        "end |\n"
        "|---|---|---|---|---|---|---|\n");
}

void AppendLine(const StatementRow& row, std::string_view known, const StatedNumbers& numbers,
                std::string& out) {
  CatTo(out, "| ", row.place, " | ", row.measure ? domain::MeasureName(*row.measure) : ShapeName(row.shape),
        " | ", known, " | ", ShareText(row, numbers), " | ", BeforeText(row, numbers), " | ",
        Reasons(numbers.excluded), " | ", WaitingText(row, numbers), " |\n");
}

}  // namespace

std::string StatementJson(const Statement& statement) {
  std::string out;
  JsonMembers whole(out);
  whole.Text("period", statement.period.name);
  whole.Text("first_day", FormatLocalDay(statement.period.first));
  whole.Text("last_day", FormatLocalDay(statement.period.last()));
  whole.Time("as_of", statement.as_of);
  whole.Name("rows");
  out += '[';
  const char* separator = "\n";
  for (const StatementRow& row : statement.rows) {
    out += separator;
    separator = ",\n";
    AppendJsonRow(row, out);
  }
  out += ']';
  whole.End();
  out += '\n';
  return out;
}

std::string StatementCsv(const Statement& statement) {
  Cells head;
  head.Text("", "period");
  head.Text("", "known");
  Names names(head);
  VisitFrame(StatementRow(), names);
  VisitNumbers(StatedNumbers(), names);
  std::string out;
  head.AppendTo(out);
  for (const StatementRow& row : statement.rows) {
    if (row.as_published) AppendCsvLine(statement, row, "as_published", *row.as_published, out);
    AppendCsvLine(statement, row, "as_known", row.as_known, out);
  }
  return out;
}

std::string StatementMarkdown(const Statement& statement) {
  std::string out =
      Cat("# Statement for ", statement.period.name, "\n\n", FormatLocalDay(statement.period.first), " to ",
          FormatLocalDay(statement.period.last()), ", as of ", FormatSeconds(statement.as_of),
          ". *Published*: what had been recorded when the period ended, judged then. *Known*: "
          "what is known now.\n");
  std::string section;
  for (const StatementRow& row : statement.rows) {
    if (const std::string name = Cat(row.indicator, " ", row.region); name != section) {
      section = name;
      AppendSectionHead(row, out);
    }
    if (row.as_published) AppendLine(row, "published", *row.as_published, out);
    AppendLine(row, row.as_published ? "known" : "known, the period goes on", row.as_known, out);
  }
  return out;
}

}  // namespace vardvakt::wire
