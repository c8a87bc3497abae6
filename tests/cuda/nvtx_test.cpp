// What a profiler of NVIDIA's sees of the host (NVTX): a range around each launch, with the node's name. The
// profiler is this file, linked into the program.
#include <gtest/gtest.h>
#include <string>
#include <vector>

#if __has_include(<nvtx3/nvToolsExt.h>)
#include <nvtx3/nvToolsExt.h>

#include "runtime/executor.h"
#include "tests/cuda/cuda_backend.h"
#include "yy/network.h"

namespace {

struct Profiler {
  bool listens = false;
  std::vector<std::string> domains, ranges;
  int open = 0;
};

Profiler& profiler() {
  static Profiler one;
  return one;
}

nvtxDomainHandle_t NVTX_API create_domain(const char* name) {
  profiler().domains.emplace_back(name);
  return reinterpret_cast<nvtxDomainHandle_t>(&profiler());
}

int NVTX_API push_range(nvtxDomainHandle_t, const nvtxEventAttributes_t* range) {
  if (profiler().listens) profiler().ranges.emplace_back(range->message.ascii);
  return profiler().open++;
}

int NVTX_API pop_range(nvtxDomainHandle_t) {
  return --profiler().open;
}

int initialize(NvtxGetExportTableFunc_t get_table) {
  const auto* callbacks = static_cast<const NvtxExportTableCallbacks*>(get_table(NVTX_ETID_CALLBACKS));
  NvtxFunctionTable table = nullptr;
  unsigned size = 0;
  if (callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &size) == 0) return 0;
  *table[NVTX_CBID_CORE2_DomainCreateA] = reinterpret_cast<NvtxFunctionPointer>(create_domain);
  *table[NVTX_CBID_CORE2_DomainRangePushEx] = reinterpret_cast<NvtxFunctionPointer>(push_range);
  *table[NVTX_CBID_CORE2_DomainRangePop] = reinterpret_cast<NvtxFunctionPointer>(pop_range);
  return 1;
}

// Before the first range; NVTX looks here for a profiler that is linked into the program.
const auto set = InitializeInjectionNvtx2_fnptr = initialize;

}  // namespace

namespace yy::test {
namespace {

TEST(Nvtx, HasARangePerNode) {
  const Network network(std::filesystem::path(YY_TEST_MODELS_DIR) / "digits-yin.onnx",
                        std::shared_ptr<const Backend>(&cuda_backend(), [](const Backend*) {}));
  const auto program = network.compile({1, 1, Layout::channels_last, {}});
  Executor executor(program, network.backend().allocate(program->memory().arena_bytes));
  const auto stream = network.backend().new_stream(1);
  const std::vector<float> picture(static_cast<std::size_t>(executor.input(0).desc.shape.elements()));
  stream->copy_in(executor.input(0).data, picture.data(), 4 * picture.size());
  profiler().ranges.clear();
  profiler().listens = true;
  executor.run(*stream);
  profiler().listens = false;
  stream->wait();
  std::vector<std::string> expected;
  for (const auto& [node, kernel] : program->steps()) {
    if (!kernel.is_view) expected.push_back(node.label() + ", " + kernel.implementation);
  }
  EXPECT_GT(expected.size(), 3U);
  EXPECT_EQ(profiler().ranges, expected);
  EXPECT_EQ(profiler().open, 0);
  EXPECT_EQ(profiler().domains, std::vector<std::string>{"yinyang"});
}

}  // namespace
}  // namespace yy::test
#endif
