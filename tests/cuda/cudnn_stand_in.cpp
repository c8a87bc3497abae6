#include "tests/cuda/cudnn_stand_in.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "tests/cuda/naive_conv.h"

namespace yy::test {
namespace {

using cuda::cudnn::Attribute;
using cuda::cudnn::Element;
using cuda::cudnn::Handle;
using cuda::cudnn::Kind;
using cuda::cudnn::RawDescriptor;
using cuda::cudnn::Status;

constexpr Status bad_parameter = 2000, not_supported = 3000;  // as cuDNN 9 numbers them

// What a descriptor was told. Descriptors may be destroyed while others refer to them, so those keep this.
struct Told {
  Kind kind = Kind::tensor;
  bool finalized = false;
  std::map<Attribute, std::vector<std::byte>> values;
  std::map<Attribute, std::vector<std::shared_ptr<Told>>> descriptors;

  template <class T>
  std::vector<T> all(Attribute name) const {
    const auto found = values.find(name);
    if (found == values.end()) throw std::runtime_error("an attribute was never set");
    std::vector<T> elements(found->second.size() / sizeof(T));
    std::memcpy(elements.data(), found->second.data(), elements.size() * sizeof(T));
    return elements;
  }
  template <class T>
  T one(Attribute name) const {
    const auto found = values.find(name);
    if (found == values.end() || found->second.size() < sizeof(T))
      throw std::runtime_error("an attribute was never set");
    T element;
    std::memcpy(&element, found->second.data(), sizeof(T));
    return element;
  }
  const Told& other(Attribute name) const {
    const auto found = descriptors.find(name);
    if (found == descriptors.end()) throw std::runtime_error("a descriptor was never set");
    return *found->second.at(0);
  }
  bool has(Attribute name) const { return values.contains(name) || descriptors.contains(name); }
};

struct Recorder {
  cuda::Libraries::Cudnn real;
  std::mutex mutex;
  std::map<RawDescriptor, std::shared_ptr<Told>> told;
  std::map<Handle, cudaStream_t> streams;
  std::int64_t executions = 0;
};

Recorder& recorder() {
  static Recorder one;
  return one;
}

std::size_t bytes_of(Element type) {
  switch (type) {
    case Element::boolean:
    case Element::character:
      return 1;
    case Element::int64:
    case Element::pointer:
    case Element::handle:
    case Element::descriptor:
      return 8;
    default:
      return 4;
  }
}

Status create_descriptor(Kind kind, RawDescriptor* made) {
  const Status status = recorder().real.create_descriptor(kind, made);
  if (status != cuda::cudnn::success) return status;
  const std::lock_guard lock(recorder().mutex);
  recorder().told[*made] = std::make_shared<Told>();
  recorder().told[*made]->kind = kind;
  return status;
}

Status destroy_descriptor(RawDescriptor raw) {
  {
    const std::lock_guard lock(recorder().mutex);
    recorder().told.erase(raw);
  }
  return recorder().real.destroy_descriptor(raw);
}

Status finalize(RawDescriptor raw) {
  const Status status = recorder().real.finalize(raw);
  const std::lock_guard lock(recorder().mutex);
  if (status == cuda::cudnn::success) recorder().told.at(raw)->finalized = true;
  return status;
}

Status set_attribute(RawDescriptor raw, Attribute name, Element type, std::int64_t count,
                     const void* elements) {
  const Status status = recorder().real.set_attribute(raw, name, type, count, elements);
  if (status != cuda::cudnn::success) return status;
  const std::lock_guard lock(recorder().mutex);
  Told& told = *recorder().told.at(raw);
  const auto size = static_cast<std::size_t>(count);
  const auto* bytes = static_cast<const std::byte*>(elements);
  told.values[name].assign(bytes, bytes + size * bytes_of(type));
  if (type != Element::descriptor) return status;
  told.descriptors[name].clear();
  for (RawDescriptor other : told.all<RawDescriptor>(name))
    told.descriptors[name].push_back(recorder().told.at(other));
  return status;
}

Status get_attribute(RawDescriptor raw, Attribute name, Element type, std::int64_t room, std::int64_t* count,
                     void* elements) {
  const Status status = recorder().real.get_attribute(raw, name, type, room, count, elements);
  if (status != cuda::cudnn::success || name != Attribute::heuristics_results || elements == nullptr)
    return status;
  // A configuration belongs to the graph that it was proposed for.
  const std::lock_guard lock(recorder().mutex);
  const auto graph = recorder().told.at(raw)->descriptors.at(Attribute::heuristics_graph);
  for (std::int64_t i = 0; i < std::min(room, *count); ++i)
    recorder().told.at(static_cast<RawDescriptor*>(elements)[i])->descriptors[Attribute::heuristics_graph] =
        graph;
  return status;
}

Status create(Handle* made) {
  const std::lock_guard lock(recorder().mutex);
  *made = new char;
  recorder().streams[*made] = nullptr;
  return cuda::cudnn::success;
}

Status destroy(Handle handle) {
  const std::lock_guard lock(recorder().mutex);
  if (recorder().streams.erase(handle) == 0) return bad_parameter;
  delete static_cast<char*>(handle);
  return cuda::cudnn::success;
}

Status set_stream(Handle handle, cudaStream_t stream) {
  const std::lock_guard lock(recorder().mutex);
  recorder().streams.at(handle) = stream;
  return cuda::cudnn::success;
}

DType type_of(int type) {
  return type == 2 ? DType::f16 : type == 9 ? DType::bf16 : DType::f32;
}

// The tensors of a plan and where a variant pack says that they lie.
class Pack {
 public:
  explicit Pack(const Told& told)
      : ids_(told.all<std::int64_t>(Attribute::pack_ids)),
        pointers_(told.all<void*>(Attribute::pack_pointers)) {
    if (ids_.size() != pointers_.size())
      throw std::runtime_error("as many pointers as identifiers are needed");
  }

  NaiveTensor tensor(const Told& told) {
    NaiveTensor tensor;
    const auto dims = told.all<std::int64_t>(Attribute::tensor_dimensions);
    const auto strides = told.all<std::int64_t>(Attribute::tensor_strides);
    std::copy_n(dims.begin(), 4, tensor.dims);
    std::copy_n(strides.begin(), 4, tensor.strides);
    tensor.dtype = type_of(told.one<int>(Attribute::tensor_data_type));
    if (told.one<bool>(Attribute::tensor_is_virtual)) return tensor;
    const auto found = std::ranges::find(ids_, told.one<std::int64_t>(Attribute::tensor_id));
    if (found == ids_.end()) throw std::runtime_error("a tensor has no pointer");
    tensor.data = pointers_[static_cast<std::size_t>(found - ids_.begin())];
    const auto alignment = static_cast<std::uintptr_t>(told.one<std::int64_t>(Attribute::tensor_alignment));
    if (tensor.data == nullptr || reinterpret_cast<std::uintptr_t>(tensor.data) % alignment != 0)
      throw std::runtime_error("a pointer is null or not aligned");
    ++used_;
    return tensor;
  }

  void check_all_used() const {
    if (used_ != ids_.size()) throw std::runtime_error("a pointer belongs to no tensor");
  }

 private:
  std::vector<std::int64_t> ids_;
  std::vector<void*> pointers_;
  std::size_t used_ = 0;
};

NaiveConv read_convolution(const Told& operation, Pack& pack) {
  NaiveConv conv;
  conv.x = pack.tensor(operation.other(Attribute::convolution_x));
  conv.w = pack.tensor(operation.other(Attribute::convolution_w));
  conv.y = pack.tensor(operation.other(Attribute::convolution_y));
  const Told& how = operation.other(Attribute::convolution_descriptor);
  const auto two = [&](Attribute name, std::int64_t* to) {
    std::ranges::copy(how.all<std::int64_t>(name), to);
  };
  two(Attribute::convolution_pads_before, conv.pads);
  two(Attribute::convolution_strides, conv.stride);
  two(Attribute::convolution_dilations, conv.dilation);
  if (operation.one<float>(Attribute::convolution_alpha) != 1 ||
      operation.one<float>(Attribute::convolution_beta) != 0)
    throw std::runtime_error("scaled convolutions are not stood in for");
  return conv;
}

// The operations of a plan's graph, of which each reads what the one before wrote.
NaiveConv read_graph(const Told& graph, Pack& pack) {
  const auto& operations = graph.descriptors.at(Attribute::graph_operations);
  NaiveConv conv = read_convolution(*operations.at(0), pack);
  auto value = operations[0]->other(Attribute::convolution_y).one<std::int64_t>(Attribute::tensor_id);
  for (std::size_t i = 1; i < operations.size(); ++i) {
    const Told& operation = *operations[i];
    if (operation.other(Attribute::pointwise_x).one<std::int64_t>(Attribute::tensor_id) != value)
      throw std::runtime_error("operations that are no chain are not stood in for");
    if (conv.relu) throw std::runtime_error("nothing comes after Relu");
    if (operation.other(Attribute::pointwise_descriptor).one<int>(Attribute::pointwise_mode) == 0) {
      const NaiveTensor added = pack.tensor(operation.other(Attribute::pointwise_b));
      const bool is_whole = std::ranges::equal(added.dims, conv.y.dims) && conv.residual.data == nullptr;
      NaiveTensor& slot = is_whole ? conv.residual : conv.bias;
      if (slot.data != nullptr) throw std::runtime_error("three summands are not stood in for");
      slot = added;
    } else {
      conv.relu = true;
    }
    const Told& y = operation.other(Attribute::pointwise_y);
    conv.y = pack.tensor(y);
    value = y.one<std::int64_t>(Attribute::tensor_id);
  }
  return conv;
}

Status execute(Handle handle, RawDescriptor plan, RawDescriptor raw_pack) {
  const std::lock_guard lock(recorder().mutex);
  try {
    const auto stream = recorder().streams.find(handle);
    if (stream == recorder().streams.end() || stream->second == nullptr)
      throw std::runtime_error("the handle has no stream");
    const Told& told = *recorder().told.at(plan);
    const Told& pack_told = *recorder().told.at(raw_pack);
    if (!told.finalized || !pack_told.finalized) throw std::runtime_error("a descriptor is not finalized");
    std::int64_t workspace = 0, count = 0;
    recorder().real.get_attribute(plan, Attribute::plan_workspace_size, Element::int64, 1, &count,
                                  &workspace);
    const auto address = reinterpret_cast<std::uintptr_t>(pack_told.one<void*>(Attribute::pack_workspace));
    if (workspace > 0 && (address == 0 || address % 256 != 0))
      throw std::runtime_error("the plan needs a workspace");
    Pack pack(pack_told);
    const NaiveConv conv =
        read_graph(told.other(Attribute::plan_engine_config).other(Attribute::heuristics_graph), pack);
    pack.check_all_used();
    launch_naive_conv(conv, stream->second);
    ++recorder().executions;
    return cuda::cudnn::success;
  } catch (const std::exception& problem) {
    std::cerr << "cuDNN's stand-in: " << problem.what() << '\n';
    return not_supported;
  }
}

}  // namespace

std::shared_ptr<const cuda::Libraries> libraries_with_stand_in(const std::string& device) {
  auto libraries = std::make_shared<cuda::Libraries>(cuda::open_libraries());
  cuda::Libraries::Cudnn& cudnn = libraries->cudnn;
  if (!cudnn.library.handle) return nullptr;
  std::ifstream file(std::string(YY_SOURCE_DIR) + "/tests/cuda/described/" + device + ".json");
  if (!file) throw std::runtime_error("there is no description of " + device);
  recorder().real = cudnn;
  cudnn.described_device.assign(std::istreambuf_iterator<char>(file), {});
  cudnn.create = create;
  cudnn.destroy = destroy;
  cudnn.set_stream = set_stream;
  cudnn.create_descriptor = create_descriptor;
  cudnn.destroy_descriptor = destroy_descriptor;
  cudnn.finalize = finalize;
  cudnn.set_attribute = set_attribute;
  cudnn.get_attribute = get_attribute;
  cudnn.execute = execute;
  return libraries;
}

std::int64_t stand_in_executions() {
  return recorder().executions;
}

}  // namespace yy::test
