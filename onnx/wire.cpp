#include "onnx/private/wire.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <span>
#include <string_view>
#include <utility>

#include "onnx/private/limits.h"
#include "runtime/error.h"
#include "runtime/printable.h"

namespace yy {
namespace {

enum class Kind {
  model,
  operator_set,
  graph,
  function,
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
    {Kind::model, 7, Kind::graph},           {Kind::model, 8, Kind::operator_set},
    {Kind::model, 25, Kind::function},       {Kind::graph, 1, Kind::node},
    {Kind::graph, 5, Kind::tensor},          {Kind::graph, 11, Kind::value_info},
    {Kind::graph, 12, Kind::value_info},     {Kind::function, 7, Kind::node},
    {Kind::function, 9, Kind::operator_set}, {Kind::function, 11, Kind::attribute},
    {Kind::node, 5, Kind::attribute},        {Kind::attribute, 5, Kind::tensor},
    {Kind::attribute, 6, Kind::graph},       {Kind::tensor, 13, Kind::key_value},
    {Kind::value_info, 2, Kind::type},       {Kind::type, 1, Kind::tensor_type},
    {Kind::tensor_type, 2, Kind::dims},      {Kind::dims, 1, Kind::dim},
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

// The bytes of a source, a stretch at a time; cheap where they are asked for in order.
class Window {
 public:
  explicit Window(const ByteSource& source) : source_(source), bytes_(64 * 1024) {}

  std::byte operator[](std::size_t at) {
    if (at < begin_ || at - begin_ >= filled_) load(at);
    return bytes_[at - begin_];
  }

 private:
  void load(std::size_t at) {
    begin_ = at;
    filled_ = std::min(bytes_.size(), source_.size() - at);
    source_.read(at, std::span(bytes_).first(filled_));
  }

  const ByteSource& source_;
  std::vector<std::byte> bytes_;
  std::size_t begin_ = 0, filled_ = 0;
};

class Walk {
 public:
  Walk(const ByteSource& source, Kind top) : source_(source), window_(source), top_(top) {}

  Skeleton run() {
    message(0, source_.size(), top_, 0);
    return std::move(skeleton_);
  }

 private:
  void message(std::size_t at, std::size_t end, Kind kind, int depth) {
    const bool outermost = depth == 0;
    while (at < end) {
      const std::size_t start = at;
      const std::uint64_t tag = read_varint(at, end, start, outermost);
      const auto field = static_cast<std::uint32_t>(tag >> 3);
      const auto wire_type = static_cast<unsigned>(tag & 7);
      if (tag >> 32 != 0 || field == 0) broken(start, "it is not a field", outermost);
      if (outermost) check_top(start, field, wire_type);
      const std::size_t value = at;
      const std::size_t size = payload_size(at, end, wire_type, start, outermost);
      if (size > end - at) {
        overrun(start, fmt::format("field {} holds {} bytes, {} are left", field, size, end - at), outermost);
      }
      copy(start, value);
      if (wire_type == 2) {
        part(value, at, size, {kind, field}, depth);
      } else {
        copy(value, at + size);
      }
      at += size;
      started_ = started_ || outermost;
    }
  }

  std::string_view thing() const { return top_ == Kind::model ? "an ONNX model" : "an ONNX tensor"; }

  [[noreturn]] void not_onnx(std::size_t at, const std::string& why) {
    std::string head;
    while (head.size() < std::min<std::size_t>(source_.size(), 12)) {
      head += static_cast<char>(window_[head.size()]);
    }
    throw Error(ErrorCode::model, fmt::format("is not {} (byte {}: {}; the file begins with {})", thing(), at,
                                              why, in_quotes(head)));
  }

  [[noreturn]] void broken(std::size_t at, const std::string& why, bool outermost) {
    if (outermost && !started_) not_onnx(at, why);
    throw Error(ErrorCode::model, fmt::format("is damaged at byte {}: {}", at, why));
  }

  // Only the outermost message can miss its end; an inner one that does contradicts the outer one.
  [[noreturn]] void overrun(std::size_t at, const std::string& why, bool outermost) {
    if (!outermost || !started_) broken(at, why, outermost);
    throw Error(ErrorCode::model, fmt::format("is truncated at byte {}: {}", at, why));
  }

  void check_top(std::size_t at, std::uint32_t field, unsigned wire_type) {
    for (const TopField& top : top_fields) {
      if (top.kind == top_ && top.field == field && (top.wire_types & (1u << wire_type)) == 0) {
        not_onnx(at, fmt::format("field {} has the wrong type", field));
      }
    }
  }

  std::uint64_t read_varint(std::size_t& at, std::size_t end, std::size_t start, bool outermost) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at == end) overrun(start, "it ends inside a number", outermost);
      const auto byte = std::to_integer<std::uint64_t>(window_[at++]);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    broken(start, "a number is too long", outermost);
  }

  // Bytes of the field's value after `at`, which is moved behind a number or a length.
  std::size_t payload_size(std::size_t& at, std::size_t end, unsigned wire_type, std::size_t start,
                           bool outermost) {
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

  // A field with a length, which begins at `start`; its `size` bytes begin at `at`.
  struct Field {
    Kind parent;
    std::uint32_t number;
  };
  void part(std::size_t start, std::size_t at, std::size_t size, Field field, int depth) {
    if (++parts_ > onnx_limits::parts) {
      throw Error(ErrorCode::model,
                  fmt::format("has more than {} names, nodes and other parts", onnx_limits::parts));
    }
    const auto* child = std::find_if(std::begin(children), std::end(children), [&](const Child& c) {
      return c.parent == field.parent && c.field == field.number;
    });
    if (child != std::end(children)) {
      if (depth == onnx_limits::depth) {
        throw Error(ErrorCode::model, fmt::format("nests its parts deeper than {} levels at byte {}",
                                                  onnx_limits::depth, start));
      }
      const std::size_t length_at = put_length(0);
      message(at, at + size, child->kind, depth + 1);
      put_length(length_at, skeleton_.message.size() - length_at - length_bytes);
    } else if (field.parent == Kind::tensor && field.number == 9) {
      put_length(sizeof(std::uint32_t));
      const auto index = static_cast<std::uint32_t>(skeleton_.raw_data.size());
      for (unsigned shift = 0; shift < 32; shift += 8) {
        skeleton_.message += static_cast<char>(index >> shift & 0xff);
      }
      skeleton_.raw_data.push_back({at, size});
    } else {
      copy(start, at + size);
    }
  }

  // Lengths take five bytes, however small, so that they can be put in afterwards.
  static constexpr std::size_t length_bytes = 5;

  std::size_t put_length(std::size_t length) {
    const std::size_t at = skeleton_.message.size();
    skeleton_.message.append(length_bytes, '\0');
    put_length(at, length);
    return at;
  }

  void put_length(std::size_t at, std::size_t length) {
    for (std::size_t i = 0; i < length_bytes; ++i) {
      const std::size_t more = i + 1 < length_bytes ? 0x80 : 0;
      skeleton_.message[at + i] = static_cast<char>((length >> (7 * i) & 0x7f) | more);
    }
  }

  void copy(std::size_t begin, std::size_t end) {
    if (end - begin < 64) {
      for (; begin < end; ++begin) skeleton_.message += static_cast<char>(window_[begin]);
      return;
    }
    const std::size_t at = skeleton_.message.size();
    skeleton_.message.resize(at + (end - begin));
    source_.read(begin, std::as_writable_bytes(std::span(skeleton_.message)).subspan(at));
  }

  const ByteSource& source_;
  Window window_;
  Kind top_;
  Skeleton skeleton_;
  bool started_ = false;  // one whole field of the outermost message was fine
  std::size_t parts_ = 0;
};

Skeleton read_skeleton(const ByteSource& source, Kind top) {
  if (source.size() == 0) throw Error(ErrorCode::model, "is empty");
  if (source.size() > onnx_limits::file_bytes) {
    throw Error(ErrorCode::model, fmt::format("has {} bytes; at most 2 GiB - 1 can be read", source.size()));
  }
  Skeleton skeleton = Walk(source, top).run();
  if (skeleton.message.size() > onnx_limits::file_bytes) {
    throw Error(ErrorCode::model, "holds more than 2 GiB besides the data of its tensors");
  }
  return skeleton;
}

}  // namespace

Skeleton read_model_skeleton(const ByteSource& source) {
  return read_skeleton(source, Kind::model);
}

Skeleton read_tensor_skeleton(const ByteSource& source) {
  return read_skeleton(source, Kind::tensor);
}

}  // namespace yy
