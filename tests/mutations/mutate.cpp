#include "tests/mutations/mutate.h"

#include <algorithm>
#include <iterator>
#include <onnx/yy_onnx.pb.h>
#include <utility>
#include <vector>

#include "ops/registry.h"

namespace yy::test {
namespace {

std::int64_t odd_number(Random& random) {
  constexpr std::int64_t numbers[] = {0,         1,           -1,       2,           3,
                                      7,         255,         -128,     4096,        65536,
                                      1 << 20,   0x7fff'ffff, 1 << 30,  0x8000'0000, -0x8000'0000LL,
                                      INT64_MAX, INT64_MIN,   1LL << 40};
  return numbers[below(random, std::size(numbers))];
}

template <class Repeated>
auto* pick(Repeated* list, Random& random) {
  const int size = list->size();
  return size == 0 ? nullptr : list->Mutable(static_cast<int>(below(random, static_cast<std::size_t>(size))));
}

// Most of a file is weights, where damage is boring; nodes stand in front of them.
std::size_t place_in(const std::string& file, Random& random) {
  constexpr std::size_t front = 64 * 1024;
  return below(random, below(random, 2) == 0 ? std::min(file.size(), front) : file.size());
}

void mutate_ints(google::protobuf::RepeatedField<std::int64_t>& ints, Random& random) {
  switch (below(random, 4)) {
    case 0:
      ints.Add(odd_number(random));
      break;
    case 1:
      if (!ints.empty()) ints.RemoveLast();
      break;
    case 2:
      ints.Clear();
      break;
    default:
      if (!ints.empty())
        ints.Set(static_cast<int>(below(random, static_cast<std::size_t>(ints.size()))), odd_number(random));
  }
}

void mutate_tensor(onnx_pb::Tensor& tensor, Random& random) {
  switch (below(random, 6)) {
    case 0:
      tensor.set_data_type(static_cast<int>(below(random, 27)));
      break;
    case 1:
      tensor.add_int32_data(static_cast<std::int32_t>(odd_number(random)));
      break;
    case 2:  // another shape of as many elements
      if (tensor.dims_size() > 1)
        std::swap(*tensor.mutable_dims()->begin(), *(tensor.mutable_dims()->end() - 1));
      break;
    case 3:  // numbers in a tensor that holds a shape, axes, pads
      if (tensor.data_type() == 7 && tensor.raw_data().size() >= 8) {
        const std::int64_t number = odd_number(random);
        const std::size_t at = 8 * below(random, tensor.raw_data().size() / 8);
        std::copy_n(reinterpret_cast<const char*>(&number), 8,
                    tensor.mutable_raw_data()->begin() + static_cast<std::ptrdiff_t>(at));
      } else if (tensor.int64_data_size() > 0) {
        mutate_ints(*tensor.mutable_int64_data(), random);
      }
      break;
    default:
      mutate_ints(*tensor.mutable_dims(), random);
  }
}

void mutate_attribute(onnx_pb::Attribute& attribute, Random& random) {
  switch (below(random, 6)) {
    case 0:
      attribute.set_i(odd_number(random));
      break;
    case 1:
      attribute.set_type(static_cast<int>(below(random, 16)));
      break;
    case 2:
      attribute.set_f(static_cast<float>(odd_number(random)));
      break;
    case 3:
      if (attribute.has_t()) mutate_tensor(*attribute.mutable_t(), random);
      break;
    default:
      mutate_ints(*attribute.mutable_ints(), random);
  }
}

void mutate_node(onnx_pb::Graph& graph, Random& random) {
  onnx_pb::Node& node = *pick(graph.mutable_node(), random);
  const onnx_pb::Node other = *pick(graph.mutable_node(), random);
  const auto operators = known_operators();
  switch (below(random, 10)) {
    case 0:
      node.set_op_type(std::string(operators[below(random, operators.size())]));
      break;
    case 1:
      node.set_op_type(other.op_type());
      break;
    case 2:
      node.mutable_input()->Add(other.output().begin(), other.output().end());
      break;
    case 3:
      if (node.input_size() > 0) node.mutable_input()->RemoveLast();
      break;
    case 4:
      if (std::string* input = pick(node.mutable_input(), random)) input->clear();
      break;
    case 5:
      if (node.input_size() > 1) node.mutable_input()->SwapElements(0, node.input_size() - 1);
      break;
    case 6:  // another value of the graph, possibly a later one
      if (std::string* input = pick(node.mutable_input(), random))
        *input = other.output_size() > 0 ? other.output(0) : "odd";
      break;
    case 7:
      if (std::string* output = pick(node.mutable_output(), random)) *output += "_renamed";
      break;
    case 8:
      *node.mutable_attribute() = other.attribute();
      break;
    default:
      if (onnx_pb::Attribute* attribute = pick(node.mutable_attribute(), random))
        mutate_attribute(*attribute, random);
  }
}

void mutate_input(onnx_pb::ValueInfo& input, Random& random) {
  onnx_pb::Type::TensorType& type = *input.mutable_type()->mutable_tensor_type();
  auto& dims = *type.mutable_shape()->mutable_dim();
  switch (below(random, 5)) {
    case 0:
      type.set_elem_type(static_cast<int>(below(random, 27)));
      break;
    case 1:
      dims.Add()->set_dim_value(odd_number(random));
      break;
    case 2:
      if (!dims.empty()) dims.RemoveLast();
      break;
    default:
      if (auto* dim = pick(&dims, random)) dim->set_dim_value(odd_number(random));
  }
}

}  // namespace

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

void mutate_bytes(std::string& file, Random& random) {
  for (std::size_t times = below(random, 3) + 1; times > 0 && !file.empty(); --times) {
    const std::size_t at = place_in(file, random);
    const std::size_t size = std::min(below(random, 32) + 1, file.size() - at);
    switch (below(random, 13)) {
      case 0:
        file.resize(at);
        break;
      case 1:
      case 2:
        file.erase(at, size);
        break;
      case 3:
      case 4:
        file.insert(place_in(file, random), file.substr(at, size));
        break;
      case 5:
      case 6:
        file.insert(at, std::string(size, static_cast<char>(below(random, 2) * 255)));
        break;
      case 7:
      case 8:
        file.replace(place_in(file, random), size, file.substr(at, size));
        break;
      case 9:
      case 10:
        file[at] = static_cast<char>(below(random, 256));
        break;
      default:
        file[at] = static_cast<char>(file[at] ^ (1 << below(random, 8)));
    }
  }
}

void mutate_structure(std::string& file, Random& random) {
  onnx_pb::Model model;
  if (!model.ParseFromString(file) || model.graph().node_size() == 0) return mutate_bytes(file, random);
  onnx_pb::Graph& graph = *model.mutable_graph();
  for (std::size_t times = below(random, 2) + 1; times > 0; --times) {
    switch (below(random, 8)) {
      case 0:
        if (onnx_pb::ValueInfo* input = pick(graph.mutable_input(), random)) mutate_input(*input, random);
        break;
      case 1:
        if (onnx_pb::OperatorSet* opset = pick(model.mutable_opset_import(), random)) {
          opset->set_version(static_cast<std::int64_t>(below(random, 30)));
        }
        break;
      case 2:
      case 3:
        if (onnx_pb::Tensor* tensor = pick(graph.mutable_initializer(), random))
          mutate_tensor(*tensor, random);
        break;
      default:
        mutate_node(graph, random);
    }
  }
  file = model.SerializeAsString();
}

}  // namespace yy::test
