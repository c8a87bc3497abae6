#include "tools/yy_bench/sources.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "ops/conv.h"
#include "tests/cases/case.h"
#include "yy/network.h"

namespace yy {
namespace {

bool has_elements(const BenchmarkCase& which) {
  return std::all_of(which.outputs.begin(), which.outputs.end(),
                     [](const TensorDesc& desc) { return desc.bytes() > 0; });
}

// What tells one layer of a model from another: shapes, window, epilogue.
std::string description(const Node& node, const BenchmarkCase& which) {
  std::string text = std::string(node.op->name()) + "/" + which.inputs[0].desc.shape.text();
  if (!which.outputs.empty()) text += "->" + which.outputs[0].shape.text();
  if (const auto* conv = dynamic_cast<const Conv*>(node.op.get()))
    text += " " + conv->window(which.inputs).text();
  if (const std::string details = node.op->details(); !details.empty()) text += " " + details;
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

}  // namespace

std::vector<BenchmarkCase> operator_cases(const Backend& backend) {
  std::vector<BenchmarkCase> result;
  for (const test::Case& c : test::explicit_cases()) {
    for (const test::Arrangement& arrangement : test::arrangements(c)) {
      if (backend.support(test::precision_of(arrangement)) == Support::none) continue;
      auto prepared = std::make_shared<test::Prepared>(test::prepare(c, arrangement));
      BenchmarkCase which{fmt::format("{}/{}", test::full_name(c), test::text(arrangement)), c.op,
                          prepared->inputs, prepared->outputs, prepared};
      if (has_elements(which)) result.push_back(std::move(which));
    }
  }
  return result;
}

std::vector<BenchmarkCase> model_cases(const std::filesystem::path& onnx_file, std::int64_t batch,
                                       int threads, Precision precision,
                                       std::shared_ptr<const Backend> backend) {
  const Network network(onnx_file, std::move(backend));
  const auto program =
      network.compile({network.fixed_batch().value_or(batch), threads, Layout::channels_last, {}, precision});
  std::vector<BenchmarkCase> result;
  std::set<std::string> seen;
  for (const Step& step : program->steps()) {
    if (step.kernel.is_view) continue;
    BenchmarkCase which{"", step.node.op, program->graph().op_inputs(step.node),
                        program->graph().output_descs(step.node), program};
    which.name = onnx_file.stem().string() + "/" + description(step.node, which);
    if (seen.insert(which.name).second) result.push_back(std::move(which));
  }
  return result;
}

}  // namespace yy
