#include "onnx/private/node_attributes.h"

#include <fmt/format.h>

#include "onnx/private/limits.h"
#include "runtime/error.h"
#include "runtime/printable.h"

namespace yy {
namespace {

enum AttributeType { type_float = 1, type_int, type_string, type_tensor, type_graph, type_floats, type_ints };

// What ONNX's other types hold, by number, for messages.
std::string_view unsupported_type(int type) {
  switch (type) {
    case 5:
      return "a subgraph";
    case 8:
      return "strings";
    case 9:
      return "tensors";
    case 10:
      return "subgraphs";
    case 11:
    case 12:
      return "sparse tensors";
    case 13:
    case 14:
      return "a type";
    default:
      return "something of an unknown kind";
  }
}

// A number or text that is absent is 0 or empty: writers that use proto3 leave those out.
AttributeValue take_value(onnx_pb::Attribute& proto, TensorReader& tensors) {
  switch (proto.type()) {
    case type_float:
      return proto.f();
    case type_int:
      return proto.i();
    case type_string:
      return proto.s();
    case type_floats:
      return std::vector<float>(proto.floats().begin(), proto.floats().end());
    case type_ints:
      return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
    case type_tensor:
      return tensors.take(*proto.mutable_t());
    default:
      break;
  }
  if (proto.type() == 0) throw Error(ErrorCode::model, "it does not say its type");
  throw Error(ErrorCode::model, fmt::format("it holds {} (type {}), which is not supported",
                                            unsupported_type(proto.type()), proto.type()));
}

}  // namespace

Attributes take_attributes(onnx_pb::Node& proto, TensorReader& tensors) {
  if (proto.attribute_size() > onnx_limits::node_attributes) {
    throw Error(ErrorCode::model, fmt::format("it has {} attributes, at most {} are read",
                                              proto.attribute_size(), onnx_limits::node_attributes));
  }
  Attributes attributes;
  for (onnx_pb::Attribute& attribute : *proto.mutable_attribute()) {
    const std::string& name = attribute.name();
    try {
      if (!attribute.ref_attr_name().empty()) {
        throw Error(ErrorCode::model, "it refers to an attribute of a function, but is not in one");
      }
      if (attribute.s().size() > onnx_limits::string_bytes) {
        throw Error(ErrorCode::model, "its text is longer than 64 KiB");
      }
      attributes.set(name, take_value(attribute, tensors));
    } catch (const Error& error) {
      throw error.within(fmt::format("attribute {}", in_quotes(name)));
    }
  }
  return attributes;
}

}  // namespace yy
