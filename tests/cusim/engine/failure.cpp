#include "tests/cusim/engine/failure.h"

#include <cstdio>

#include "tests/cusim/control.h"
#include "tests/cusim/engine/grid.h"

namespace yy::cusim {
namespace {

std::string first_failure;

}  // namespace

void report(std::string what) {
  std::fprintf(stderr, "cusim: %s\n", what.c_str());
  if (first_failure.empty()) first_failure = std::move(what);
}

void end_launch(cudaError_t error, std::string what) {
  const Thread& thread = *running_thread();
  const uint3 block = thread.block->index, at = thread.index;
  report(fmt::format("launch at {}, block ({}, {}, {}) thread ({}, {}, {}): {}", running_launch().where,
                     block.x, block.y, block.z, at.x, at.y, at.z, what));
  std::string().swap(what);
  stop_grid(error);
}

std::string last_failure() {
  return first_failure;
}

void forget_failure() {
  first_failure.clear();
}

}  // namespace yy::cusim
