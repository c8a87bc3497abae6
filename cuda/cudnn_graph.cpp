#include "cuda/private/cudnn_graph.h"

#include <algorithm>
#include <fmt/format.h>

#include "runtime/error.h"

namespace yy::cuda {
namespace {

using cudnn::Attribute;
using cudnn::Element;
using cudnn::Kind;

constexpr std::size_t most_candidates = 64;
constexpr std::size_t most_workspace = std::size_t{128} << 20;  // per worker
constexpr std::size_t oldest_version = 90800;                   // the first to plan for a described device

}  // namespace

void refuse_cudnn(const Libraries::Cudnn& api, const std::string& what, cudnn::Status status) {
  std::array<char, 512> text{};
  api.last_error(text.data(), text.size());
  throw Error(ErrorCode::device,
              fmt::format("cuDNN: {}: status {}{}{}", what, status, text[0] == 0 ? "" : ", ", text.data()));
}

namespace {

cudnn::DataType type_of(DType dtype) {
  switch (dtype) {
    case DType::f16:
      return cudnn::DataType::float16;
    case DType::bf16:
      return cudnn::DataType::bfloat16;
    default:
      return cudnn::DataType::float32;
  }
}

// N C H W whose channels lie last, pixels `pitch` elements apart.
std::array<std::int64_t, 4> channels_last(const std::array<std::int64_t, 4>& dims, std::int64_t pitch) {
  return {pitch * dims[2] * dims[3], 1, pitch * dims[3], pitch};
}

// Builds the operations of a problem.
class GraphBuilder {
 public:
  GraphBuilder(const Libraries::Cudnn& api, const ConvProblem& problem) : api_(api), problem_(problem) {}

  CudnnDescriptor graph() {
    const int steps = (problem_.residual ? 1 : 0) + (problem_.bias ? 1 : 0) + (problem_.relu ? 1 : 0);
    int left = steps;
    // What a step writes: y if it is the last, else a value that never reaches memory.
    const auto written = [&] {
      return left == 0 ? tensor(cudnn_ids::y, problem_.y, problem_.written, problem_.y_pitch) : between();
    };
    CudnnDescriptor value = written();
    add_convolution(value);
    const auto add_step = [&](cudnn::PointwiseMode mode, const CudnnDescriptor* other) {
      --left;
      CudnnDescriptor next = written();
      add_pointwise(mode, value, other, next);
      value = next;
    };
    if (problem_.residual) {
      const CudnnDescriptor residual = tensor(cudnn_ids::residual, problem_.y, problem_.written);
      add_step(cudnn::PointwiseMode::add, &residual);
    }
    if (problem_.bias) {
      const CudnnDescriptor bias = tensor(cudnn_ids::bias, {1, problem_.y[1], 1, 1}, problem_.read);
      add_step(cudnn::PointwiseMode::add, &bias);
    }
    if (problem_.relu) add_step(cudnn::PointwiseMode::relu, nullptr);
    std::vector<cudnn::RawDescriptor> operations;
    for (const CudnnDescriptor& operation : operations_) operations.push_back(operation.get());
    CudnnDescriptor graph(api_, Kind::graph);
    graph.set(Attribute::graph_operations, Element::descriptor,
              std::span<const cudnn::RawDescriptor>(operations));
    graph.finalize();
    return graph;
  }

 private:
  CudnnDescriptor tensor(std::int64_t id, const std::array<std::int64_t, 4>& dims, DType dtype,
                         std::int64_t pitch = 0, bool is_virtual = false) const {
    const std::array<std::int64_t, 4> strides = channels_last(dims, pitch == 0 ? dims[1] : pitch);
    constexpr std::int64_t alignment = 16;
    CudnnDescriptor made(api_, Kind::tensor);
    made.set(Attribute::tensor_data_type, Element::data_type, type_of(dtype))
        .set(Attribute::tensor_dimensions, Element::int64, std::span<const std::int64_t>(dims))
        .set(Attribute::tensor_strides, Element::int64, std::span<const std::int64_t>(strides))
        .set(Attribute::tensor_id, Element::int64, id)
        .set(Attribute::tensor_alignment, Element::int64, alignment)
        .set(Attribute::tensor_is_virtual, Element::boolean, is_virtual);
    made.finalize();
    return made;
  }

  CudnnDescriptor between() { return tensor(next_virtual_++, problem_.y, DType::f32, 0, true); }

  void add_convolution(const CudnnDescriptor& y) {
    const auto pair = [](const std::array<std::int64_t, 2>& values) {
      return std::span<const std::int64_t>(values);
    };
    constexpr std::int64_t axes = 2;
    CudnnDescriptor how(api_, Kind::convolution);
    how.set(Attribute::convolution_axes, Element::int64, axes)
        .set(Attribute::convolution_type, Element::data_type, cudnn::DataType::float32)
        .set(Attribute::convolution_mode, Element::convolution_mode, cudnn::cross_correlation)
        .set(Attribute::convolution_pads_before, Element::int64, pair(problem_.pads_before))
        .set(Attribute::convolution_pads_after, Element::int64, pair(problem_.pads_after))
        .set(Attribute::convolution_dilations, Element::int64, pair(problem_.dilation))
        .set(Attribute::convolution_strides, Element::int64, pair(problem_.stride));
    how.finalize();
    constexpr float alpha = 1, beta = 0;
    CudnnDescriptor operation(api_, Kind::convolution_operation);
    operation.set(Attribute::convolution_x, tensor(cudnn_ids::x, problem_.x, problem_.read))
        .set(Attribute::convolution_w, tensor(cudnn_ids::w, problem_.w, problem_.read))
        .set(Attribute::convolution_y, y)
        .set(Attribute::convolution_descriptor, how)
        .set(Attribute::convolution_alpha, Element::float32, alpha)
        .set(Attribute::convolution_beta, Element::float32, beta);
    operation.finalize();
    operations_.push_back(operation);
  }

  void add_pointwise(cudnn::PointwiseMode mode, const CudnnDescriptor& x, const CudnnDescriptor* other,
                     const CudnnDescriptor& y) {
    CudnnDescriptor how(api_, Kind::pointwise);
    how.set(Attribute::pointwise_mode, Element::pointwise_mode, mode)
        .set(Attribute::pointwise_math_type, Element::data_type, cudnn::DataType::float32);
    how.finalize();
    CudnnDescriptor operation(api_, Kind::pointwise_operation);
    operation.set(Attribute::pointwise_descriptor, how).set(Attribute::pointwise_x, x);
    if (other != nullptr) operation.set(Attribute::pointwise_b, *other);
    operation.set(Attribute::pointwise_y, y);
    operation.finalize();
    operations_.push_back(operation);
  }

  const Libraries::Cudnn& api_;
  const ConvProblem& problem_;
  std::vector<CudnnDescriptor> operations_;
  std::int64_t next_virtual_ = 100;
};

std::vector<CudnnDescriptor> candidates(const CudnnDevice& device, const CudnnDescriptor& graph,
                                        cudnn::HeuristicMode mode) {
  CudnnDescriptor heuristics(device.api(), Kind::heuristics);
  heuristics.set(Attribute::heuristics_graph, graph)
      .set(Attribute::heuristics_mode, Element::heuristic_mode, mode)
      .set(Attribute::heuristics_device, device.properties);
  heuristics.finalize();
  const auto found =
      static_cast<std::size_t>(heuristics.count(Attribute::heuristics_results, Element::descriptor));
  std::vector<CudnnDescriptor> configs;
  std::vector<cudnn::RawDescriptor> raw;
  for (std::size_t i = 0; i < std::min(found, most_candidates); ++i)
    raw.push_back(configs.emplace_back(device.api(), Kind::engine_config).get());
  configs.resize(heuristics.read_descriptors(Attribute::heuristics_results, raw),
                 CudnnDescriptor(device.api(), Kind::engine_config));
  return configs;
}

// Why an engine does not keep our promises, or nothing.
const char* complaint(const std::vector<cudnn::NumericalNote>& notes, const ConvProblem& problem) {
  for (cudnn::NumericalNote note : notes) {
    switch (note) {
      case cudnn::NumericalNote::tensor_core:  // with float32 that is TF32
        if (problem.read == DType::f32 && !problem.tf32) return "rounds to TF32";
        break;
      case cudnn::NumericalNote::down_convert_inputs:
        return "rounds its inputs";
      case cudnn::NumericalNote::reduced_precision_reduction:
        return "sums in less than float32";
      case cudnn::NumericalNote::nondeterministic:
        return "sums in any order";
      case cudnn::NumericalNote::strict_nan:
        break;
      default:
        return "transforms (FFT, Winograd)";
    }
  }
  return nullptr;
}

CudnnPlan make_plan(const CudnnDevice& device, const CudnnDescriptor& config, const ConvProblem& problem) {
  CudnnDescriptor engine(device.api(), Kind::engine);
  std::array<cudnn::RawDescriptor, 1> to{engine.get()};
  config.read_descriptors(Attribute::engine_config_engine, to);
  const auto notes =
      engine.read<cudnn::NumericalNote>(Attribute::engine_numerical_notes, Element::numerical_note);
  const auto index = engine.read<std::int64_t>(Attribute::engine_index, Element::int64);
  const auto refuse_engine = [&](const std::string& why) {
    throw Error(ErrorCode::device, fmt::format("engine {} {}", index.at(0), why));
  };
  if (index.at(0) == 0) refuse_engine("is the library's last resort");
  if (const char* why = complaint(notes, problem)) refuse_engine(why);
  // It would be compiled now, for up to seconds, and only where there is a driver.
  for (auto note :
       engine.read<cudnn::BehaviorNote>(Attribute::engine_behavior_notes, Element::behavior_note)) {
    if (note == cudnn::BehaviorNote::runtime_compilation) refuse_engine("is compiled when it is first used");
  }
  CudnnDescriptor plan(device.api(), Kind::plan);
  plan.set(Attribute::plan_engine_config, config).set(Attribute::plan_device, device.properties);
  plan.finalize();
  const auto bytes = plan.read<std::int64_t>(Attribute::plan_workspace_size, Element::int64).at(0);
  if (bytes < 0 || static_cast<std::size_t>(bytes) > most_workspace)
    refuse_engine(fmt::format("wants {} bytes of workspace", bytes));
  return {plan, index.at(0), static_cast<std::size_t>(bytes)};
}

}  // namespace

CudnnDescriptor::CudnnDescriptor(const Libraries::Cudnn& api, Kind kind) : api_(&api) {
  const cudnn::Status status = api.create_descriptor(kind, &raw_);
  if (status != cudnn::success) refuse_cudnn(api, "a descriptor cannot be made", status);
  owner_ = {raw_, [destroy = api.destroy_descriptor, library = api.library](void* raw) { destroy(raw); }};
}

CudnnDescriptor& CudnnDescriptor::finalize() {
  const cudnn::Status status = api_->finalize(raw_);
  if (status != cudnn::success) refuse_cudnn(*api_, "a descriptor is refused", status);
  return *this;
}

void CudnnDescriptor::set_bytes(Attribute name, Element type, std::int64_t count, const void* elements) {
  const cudnn::Status status = api_->set_attribute(raw_, name, type, count, elements);
  if (status != cudnn::success) refuse_cudnn(*api_, "an attribute is refused", status);
}

std::int64_t CudnnDescriptor::count(Attribute name, Element type) const {
  std::int64_t elements = 0;
  const cudnn::Status status = api_->get_attribute(raw_, name, type, 0, &elements, nullptr);
  if (status != cudnn::success) refuse_cudnn(*api_, "an attribute cannot be read", status);
  return elements;
}

std::size_t CudnnDescriptor::get_bytes(Attribute name, Element type, std::size_t room, void* elements) const {
  std::int64_t filled = 0;
  const cudnn::Status status =
      api_->get_attribute(raw_, name, type, static_cast<std::int64_t>(room), &filled, elements);
  if (status != cudnn::success) refuse_cudnn(*api_, "an attribute cannot be read", status);
  return std::min(room, static_cast<std::size_t>(filled));
}

std::shared_ptr<const CudnnDevice> open_cudnn(std::shared_ptr<const Libraries> libraries, int device) {
  const Libraries::Cudnn& api = libraries->cudnn;
  if (!api.library.handle)
    throw Error(ErrorCode::device, fmt::format("cuDNN is not there: {}", api.library.trouble));
  if (api.version() < oldest_version) {
    throw Error(ErrorCode::device,
                fmt::format("cuDNN {} is too old; version 9.8 or newer is needed", version_text(api)));
  }
  CudnnDescriptor properties(api, Kind::device);
  if (api.described_device.empty()) {
    properties.set(Attribute::device_id, Element::int32, static_cast<std::int32_t>(device));
  } else {
    // The closing zero is part of it.
    properties.set(Attribute::device_json, Element::character,
                   std::span<const char>(api.described_device.c_str(), api.described_device.size() + 1));
  }
  properties.finalize();
  return std::make_shared<const CudnnDevice>(CudnnDevice{std::move(libraries), std::move(properties)});
}

std::string ConvProblem::text() const {
  const bool grouped = w[1] != x[1];
  return fmt::format(
      "{}x{}{}{}{} {} -> {}{} at {}x{}, batch {}", w[2], w[3],
      stride == std::array<std::int64_t, 2>{1, 1} ? "" : fmt::format(" stride {}", stride[0]),
      dilation == std::array<std::int64_t, 2>{1, 1} ? "" : fmt::format(" dilation {}", dilation[0]),
      grouped ? fmt::format(" groups {}", x[1] / w[1]) : "", x[1], w[0],
      y_pitch == 0 ? "" : fmt::format(" of {}", y_pitch), x[2], x[3], x[0], residual ? ", residual" : "",
      bias ? ", bias" : "", relu ? ", relu" : "");
}

std::variant<std::vector<CudnnPlan>, Refusal> plan_convolution(const CudnnDevice& device,
                                                               const ConvProblem& problem, int most) {
  std::vector<CudnnPlan> plans;
  std::string why;
  const auto attempt = [&why](const auto& act) {
    try {
      act();
    } catch (const Error& error) {
      if (why.empty()) why = error.what();
    }
  };
  attempt([&] {
    const CudnnDescriptor graph = GraphBuilder(device.api(), problem).graph();
    for (cudnn::HeuristicMode mode : {cudnn::HeuristicMode::a, cudnn::HeuristicMode::fallback}) {
      if (std::ssize(plans) == most) return;
      attempt([&] {
        for (const CudnnDescriptor& config : candidates(device, graph, mode)) {
          if (std::ssize(plans) == most) return;
          attempt([&] { plans.push_back(make_plan(device, config, problem)); });
        }
      });
    }
  });
  if (!plans.empty()) return plans;
  return Refusal{why.empty() ? "it proposes no engine" : "no engine fits: " + why};
}

}  // namespace yy::cuda
