// What the benchmark found: rows of figures, printed as a table for people or as JSON.
// Not for measuring.
#ifndef USMP_BENCH_REPORT_HPP
#define USMP_BENCH_REPORT_HPP

#include <string>
#include <vector>

namespace usmp::bench {

/// The middle of several measurements with the least and the greatest of them.
struct Spread {
  double median = 0;
  double least = 0;
  double greatest = 0;

  /// Of at least one sample.
  static Spread of(std::vector<double> samples);
};

struct Row {
  std::string section;
  std::string name;
  double value;
  double least;
  double greatest;
  std::string unit;
};

class Report {
 public:
  void begin_section(std::string name) { section_ = std::move(name); }
  void add(const std::string& name, const Spread& spread, const std::string& unit);
  /// A figure that does not vary: bytes, counts.
  void add(const std::string& name, double value, const std::string& unit);

  std::string table() const;
  std::string json() const;

 private:
  std::string section_;
  std::vector<Row> rows_;
};

}  // namespace usmp::bench

#endif  // USMP_BENCH_REPORT_HPP
