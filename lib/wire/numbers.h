#pragma once

#include <cstdint>
#include <string>

namespace vardvakt::wire {

// A fraction as printf("%.6f") rounds it (spec §4).
double RoundFraction(double fraction);

// The same as text, without the zeros at its end: "0.65762", "1350.0005", "1".
void AppendFraction(std::string& out, double fraction);
void AppendInteger(std::string& out, int64_t number);

}  // namespace vardvakt::wire
