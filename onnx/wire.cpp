#include "onnx/private/wire.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <string_view>

#include "onnx/private/limits.h"
#include "runtime/error.h"
#include "runtime/printable.h"

namespace yy {
namespace {

enum class Kind {
  model,
  operator_set,
  graph,
  node,
  attribute,
  tensor,
  key_value,
  value_info,
  type,
  tensor_type,
  dims,
  dim
};

// Which fields of which message hold messages, as in yy_onnx.proto. This is all the nesting there is.
struct Child {
  Kind parent;
  std::uint32_t field;
  Kind kind;
};

constexpr Child children[] = {
    {Kind::model, 7, Kind::graph},       {Kind::model, 8, Kind::operator_set},
    {Kind::graph, 1, Kind::node},        {Kind::graph, 5, Kind::tensor},
    {Kind::graph, 11, Kind::value_info}, {Kind::graph, 12, Kind::value_info},
    {Kind::node, 5, Kind::attribute},    {Kind::attribute, 5, Kind::tensor},
    {Kind::tensor, 13, Kind::key_value}, {Kind::value_info, 2, Kind::type},
    {Kind::type, 1, Kind::tensor_type},  {Kind::tensor_type, 2, Kind::dims},
    {Kind::dims, 1, Kind::dim},
};

constexpr unsigned varint = 1u << 0, fixed64 = 1u << 1, sized = 1u << 2, fixed32 = 1u << 5;

// The wire types that ONNX's fields of the outermost message have: what tells an ONNX file from another.
struct TopField {
  Kind kind;
  std::uint32_t field;
  unsigned wire_types;
};

constexpr TopField top_fields[] = {
    {Kind::model, 1, varint},
    {Kind::model, 2, sized},
    {Kind::model, 3, sized},
    {Kind::model, 4, sized},
    {Kind::model, 5, varint},
    {Kind::model, 6, sized},
    {Kind::model, 7, sized},
    {Kind::model, 8, sized},
    {Kind::model, 14, sized},
    {Kind::model, 20, sized},
    {Kind::model, 25, sized},
    {Kind::tensor, 1, varint | sized},
    {Kind::tensor, 2, varint},
    {Kind::tensor, 3, sized},
    {Kind::tensor, 4, fixed32 | sized},
    {Kind::tensor, 5, varint | sized},
    {Kind::tensor, 6, sized},
    {Kind::tensor, 7, varint | sized},
    {Kind::tensor, 8, sized},
    {Kind::tensor, 9, sized},
    {Kind::tensor, 10, fixed64 | sized},
    {Kind::tensor, 11, varint | sized},
    {Kind::tensor, 12, sized},
    {Kind::tensor, 13, sized},
    {Kind::tensor, 14, varint},
};

class Walk {
 public:
  Walk(std::span<const std::byte> bytes, Kind top) : all_(bytes), top_(top) {}

  void message(std::size_t at, std::size_t end, Kind kind, bool outermost) {
    while (at < end) {
      const std::size_t start = at;
      const std::uint64_t tag = read_varint(at, end, start, outermost);
      const auto field = static_cast<std::uint32_t>(tag >> 3);
      const auto wire_type = static_cast<unsigned>(tag & 7);
      if (tag >> 32 != 0 || field == 0) broken(start, "it is not a field", outermost);
      if (outermost) check_top(start, field, wire_type);
      const std::size_t size = payload_size(at, end, wire_type, start, outermost);
      if (size > end - at) {
        overrun(start, fmt::format("field {} holds {} bytes, {} are left", field, size, end - at), outermost);
      }
      if (wire_type == 2) part(at, at + size, kind, field);
      at += size;
      started_ = started_ || outermost;
    }
  }

 private:
  std::string_view thing() const { return top_ == Kind::model ? "an ONNX model" : "an ONNX tensor"; }

  [[noreturn]] void not_onnx(std::size_t at, const std::string& why) const {
    const auto head = all_.first(std::min<std::size_t>(all_.size(), 12));
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    throw Error(ErrorCode::model, fmt::format("is not {} (byte {}: {}; the file begins with {})", thing(), at,
                                              why, in_quotes(text)));
  }

  [[noreturn]] void broken(std::size_t at, const std::string& why, bool outermost) const {
    if (outermost && !started_) not_onnx(at, why);
    throw Error(ErrorCode::model, fmt::format("is damaged at byte {}: {}", at, why));
  }

  // Only the outermost message can miss its end; an inner one that does contradicts the outer one.
  [[noreturn]] void overrun(std::size_t at, const std::string& why, bool outermost) const {
    if (!outermost || !started_) broken(at, why, outermost);
    throw Error(ErrorCode::model, fmt::format("is truncated at byte {}: {}", at, why));
  }

  void check_top(std::size_t at, std::uint32_t field, unsigned wire_type) const {
    for (const TopField& top : top_fields) {
      if (top.kind == top_ && top.field == field && (top.wire_types & (1u << wire_type)) == 0) {
        not_onnx(at, fmt::format("field {} has the wrong type", field));
      }
    }
  }

  std::uint64_t read_varint(std::size_t& at, std::size_t end, std::size_t start, bool outermost) const {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at == end) overrun(start, "it ends inside a number", outermost);
      const auto byte = std::to_integer<std::uint64_t>(all_[at++]);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    broken(start, "a number is too long", outermost);
  }

  // Bytes of the field's value after `at`, which is moved behind a number or a length.
  std::size_t payload_size(std::size_t& at, std::size_t end, unsigned wire_type, std::size_t start,
                           bool outermost) const {
    switch (wire_type) {
      case 0:
        read_varint(at, end, start, outermost);
        return 0;
      case 1:
        return 8;
      case 2:
        return read_varint(at, end, start, outermost);
      case 5:
        return 4;
      default:
        broken(start, "no field of ONNX has this type", outermost);
    }
  }

  void part(std::size_t at, std::size_t end, Kind kind, std::uint32_t field) {
    if (++parts_ > onnx_limits::parts) {
      throw Error(ErrorCode::model,
                  fmt::format("has more than {} names, nodes and other parts", onnx_limits::parts));
    }
    const auto* child = std::find_if(std::begin(children), std::end(children),
                                     [&](const Child& c) { return c.parent == kind && c.field == field; });
    if (child != std::end(children)) message(at, end, child->kind, false);
  }

  std::span<const std::byte> all_;
  Kind top_;
  bool started_ = false;  // one whole field of the outermost message was fine
  std::size_t parts_ = 0;
};

void check(std::span<const std::byte> bytes, Kind top) {
  if (bytes.empty()) throw Error(ErrorCode::model, "is empty");
  if (bytes.size() > onnx_limits::file_bytes) {
    throw Error(ErrorCode::model, fmt::format("has {} bytes; at most 2 GiB - 1 can be read", bytes.size()));
  }
  Walk(bytes, top).message(0, bytes.size(), top, true);
}

}  // namespace

void check_model_bytes(std::span<const std::byte> bytes) {
  check(bytes, Kind::model);
}

void check_tensor_bytes(std::span<const std::byte> bytes) {
  check(bytes, Kind::tensor);
}

}  // namespace yy
