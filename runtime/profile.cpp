#include "runtime/profile.h"

namespace yy {
namespace {

double seconds_between(Profile::Clock::time_point from, Profile::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Profile::Profile(std::size_t most_events) : most_events_(most_events) {
  events_.reserve(most_events);
}

std::size_t Profile::add(Row row) {
  rows_.push_back(std::move(row));
  return rows_.size() - 1;
}

std::size_t Profile::add(const Program& program, std::string_view part) {
  const std::size_t first = rows_.size();
  const Graph& graph = program.graph();
  for (const auto& [node, kernel] : program.steps()) {
    if (kernel.is_view) continue;
    const std::vector<TensorDesc> outputs = graph.output_descs(node);
    Row row;
    row.part = part;
    row.node = node.name;
    row.op = node.op->name();
    row.implementation = kernel.implementation;
    row.shape = outputs.at(0).shape.text();
    row.macs = node.op->macs(graph.op_inputs(node), outputs);
    add(std::move(row));
  }
  return first;
}

void Profile::run(Stream& stream, std::span<const Launch> launches, std::size_t first_row) {
  seconds_.resize(launches.size());
  double start = seconds_between(start_, Clock::now());
  stream.run_timed(launches, seconds_);
  for (std::size_t i = 0; i < launches.size(); ++i) {
    Row& row = rows_[first_row + i];
    ++row.calls;
    row.seconds += seconds_[i];
    if (events_.size() < most_events_) events_.push_back({first_row + i, start, seconds_[i]});
    start += seconds_[i];
  }
}

void Profile::restart(Clock::time_point start) {
  start_ = start;
  events_.clear();
  for (Row& row : rows_) {
    row.calls = 0;
    row.seconds = 0;
  }
}

}  // namespace yy
