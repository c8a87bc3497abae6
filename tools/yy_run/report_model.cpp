#include "tools/yy_run/report_model.h"

namespace yy {

ReportModel load_for_report(const std::filesystem::path& file) {
  constexpr std::int64_t usual_size = 224;  // what a network for photos is looked at with when no card tells
  ReportModel model{load_onnx(file), std::nullopt};
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::path(file).replace_extension(".json"), ignored)) {
    model.card = load_card(file);
  }
  for (ValueId id : model.onnx.graph.inputs) {
    Shape& shape = model.onnx.graph.value(id).desc.shape;
    for (std::size_t axis = 2; shape.rank() == 4 && axis < 4; ++axis) {
      if (shape[axis] == unknown_dim) shape[axis] = model.card ? model.card->preprocess.size : usual_size;
    }
  }
  return model;
}

std::shared_ptr<const Program> compile_for_report(const Network& network, std::optional<std::int64_t> batch,
                                                  int threads, Precision precision) {
  NetworkOptions options;
  options.batch = batch.value_or(network.fixed_batch().value_or(1));
  options.threads = threads;
  options.precision = precision;
  options.input_layout = Layout::channels_last;
  return network.compile(options);
}

}  // namespace yy
