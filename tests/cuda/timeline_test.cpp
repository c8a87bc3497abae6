// docs/cuda-step.svg: steps of the cascade that the device decides, as the simulated device's log tells what
// ran in each. The simulation runs one thing at a time, so lengths are numbers of nodes, and a piece is drawn
// as early as its stream and what its events wait for allow. YY_TIMELINE=FILE writes the picture anew.
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "tests/cuda/cuda_backend.h"
#include "tests/cusim/control.h"
#include "tests/yy/digit_pair.h"

namespace yy::test {
namespace {

constexpr int batch = 8, steps = 4;
constexpr int length_of_copy = 6;  // in nodes
constexpr double left = 118, top = 12, row = 40, box = 26, node = 6;

// What one step did: how many nodes of its graph ran, which of them were a turn of the loop, and its copies.
struct Step {
  int crops = 0, nodes = 0;
  std::vector<std::pair<int, int>> turns;  // first node and the one behind the last
};

// From the middle of a run in which each step defers some pictures.
std::vector<cusim::Span> record() {
  const DigitPair pair({&cuda_backend(), [](const Backend*) {}});
  const std::vector<Image> images = read_digits(200);
  DeviceCascade cascade(pair.stages(), {{0.9F}, batch, 1, true}, [](Verdict&&) {});
  const auto push = [&](int first, int end) {
    for (int i = first * batch; i < end * batch; ++i) cascade.push(0, images[static_cast<std::size_t>(i)]);
  };
  push(0, 3);
  cusim::start_log();
  push(3, 3 + steps);
  std::vector<cusim::Span> spans = cusim::take_timeline();
  cascade.flush();
  return spans;
}

std::vector<Step> steps_of(const std::vector<cusim::Span>& spans) {
  std::vector<Step> found;
  int crops = 0, body = -1;  // depth of the turn that is under way
  for (const cusim::Span& span : spans) {
    if (span.depth <= body) body = -1;
    if (span.depth == 0 && span.what == "graph") {
      found.emplace_back();
    } else if (span.depth == 0 && span.what.starts_with("copy to the device")) {
      ++crops;
    } else if (span.depth > 0 && span.what == "body") {
      body = span.depth;
      found.back().turns.emplace_back(found.back().nodes, found.back().nodes);
    } else if (span.depth > 0 && span.what != "while") {
      ++found.back().nodes;
      if (body >= 0) found.back().turns.back().second = found.back().nodes;
    }
  }
  for (Step& step : found) step.crops = crops / static_cast<int>(found.size());
  return found;
}

struct Bar {
  int lane, first, end;  // in nodes
  std::string text, fill;
};

std::vector<Bar> bars_of(const std::vector<Step>& all) {
  std::vector<Bar> bars;
  std::vector<int> fetched;  // when each step's board is there
  int in = 0, work = 0, out = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i >= 2) in = std::max(in, fetched[i - 2]);  // whose lane this step uses
    const int arrived = in + all[i].crops * length_of_copy;
    bars.push_back({0, in, arrived, fmt::format("crops of step {}", i + 1), "#72808e"});
    const int begin = std::max(work, arrived);
    work = begin + all[i].nodes;
    bars.push_back({1, begin, work, fmt::format("Yin {}", i + 1), "#4c78a8"});
    for (const auto& [first, end] : all[i].turns)
      bars.push_back({1, begin + first, begin + end, "Yang", "#c44e52"});
    out = std::max(out, work);
    bars.push_back({2, out, out + length_of_copy, fmt::format("{}", i + 1), "#72808e"});
    fetched.push_back(out += length_of_copy);
    in = arrived;
  }
  return bars;
}

std::string draw(const std::vector<Bar>& bars) {
  int nodes = 0;
  for (const Bar& bar : bars) nodes = std::max(nodes, bar.end);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" font-family=\"sans-serif\" "
      "font-size=\"11\">\n<title>Steps of the cascade on three streams; lengths are numbers of nodes"
      "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      left + node * nodes + 40, top + 3 * row);
  const char* const lanes[] = {"crops in", "graphs", "boards out"};
  for (int lane = 0; lane < 3; ++lane)
    svg += fmt::format("<text x=\"8\" y=\"{:.0f}\">stream: {}</text>\n", top + row * lane + 17, lanes[lane]);
  for (const Bar& bar : bars) {
    const double x = left + node * bar.first, y = top + row * bar.lane;
    svg += fmt::format(
        "<rect x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" fill=\"{}\" stroke=\"#fff\"/>\n"
        "<text x=\"{:.0f}\" y=\"{:.0f}\" fill=\"#fff\">{}</text>\n",
        x, y, node * (bar.end - bar.first), box, bar.fill, x + 4, y + 17, bar.text);
  }
  return svg + "</svg>\n";
}

TEST(Timeline, IsTheOneInTheDocumentation) {
  const char* schedule = std::getenv("YY_CUSIM");
  if (schedule == nullptr || std::string(schedule) != "order") GTEST_SKIP() << "another order";
  const std::vector<Step> all = steps_of(record());
  const std::string svg = draw(bars_of(all));
  ASSERT_EQ(std::ssize(all), steps);
  std::size_t turns = 0;
  for (const Step& step : all) {
    EXPECT_GT(step.crops, 0);
    EXPECT_GT(step.nodes, 10);
    turns += step.turns.size();
  }
  EXPECT_GE(turns, 1U);
  EXPECT_LT(turns, all.size()) << "Yang waits for a whole batch";
  if (const char* file = std::getenv("YY_TIMELINE")) std::ofstream(file, std::ios::binary) << svg;
  std::ifstream file(std::string(YY_SOURCE_DIR) + "/docs/cuda-step.svg", std::ios::binary);
  EXPECT_EQ(svg, std::string(std::istreambuf_iterator<char>(file), {}))
      << "YY_TIMELINE=docs/cuda-step.svg YY_CUSIM=order test_cuda_sim_plain --gtest_filter=Timeline* draws "
         "it anew";
}

}  // namespace
}  // namespace yy::test
