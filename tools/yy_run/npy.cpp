#include "tools/yy_run/npy.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <vector>

#include "ops/dtype.h"
#include "runtime/error.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t most_dims = 32;

struct Type {
  std::string_view name;
  DType dtype;
  std::optional<FloatFormat> format = std::nullopt;  // how the file holds numbers that are float32 to us
};
constexpr Type types[] = {{"<f4", DType::f32, FloatFormat::float32},  // the form that is written stands first
                          {"<f2", DType::f32, FloatFormat::float16},
                          {"<f8", DType::f32, FloatFormat::float64},
                          {"<i8", DType::i64},
                          {"<i4", DType::i32},
                          {"|i1", DType::i8},
                          {"|u1", DType::u8},
                          {"|b1", DType::boolean}};

std::size_t stored_size(const Type& type) {
  return type.format ? size_of(*type.format) : size_of(type.dtype);
}

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::failure, what);
}

const Type& type_of(const std::string& descr) {
  for (const Type& type : types) {
    const bool one_byte = type.name[0] == '|';  // byte order means nothing then
    if (descr == type.name || (one_byte && descr.size() == 3 && descr.substr(1) == type.name.substr(1))) {
      return type;
    }
  }
  if (descr.starts_with('>')) refuse(fmt::format("big-endian elements ('{}') are not supported", descr));
  refuse(fmt::format(
      "elements of type '{}' are not supported, expected one of <f4 <f2 <f8 <i8 <i4 |i1 |u1 |b1", descr));
}

struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
};

// Reads the header's Python dictionary: strings, True or False, and a tuple of integers.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  Header parse() {
    Header header;
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !header.descr) {
        header.descr = quoted();
      } else if (key == "fortran_order" && !header.fortran_order) {
        header.fortran_order = boolean();
      } else if (key == "shape" && !header.shape) {
        header.shape = tuple();
      } else {
        refuse(fmt::format("its header has an unexpected or second key '{}'", key));
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    if (!at_end()) refuse("its header goes on after the dictionary");
    if (!header.descr || !header.fortran_order || !header.shape) {
      refuse("its header should give 'descr', 'fortran_order' and 'shape'");
    }
    return header;
  }

 private:
  void skip_spaces() {
    const std::size_t next = text_.find_first_not_of(" \t\n");
    text_.remove_prefix(std::min(next, text_.size()));
  }
  bool at_end() {
    skip_spaces();
    return text_.empty();
  }
  bool take(char c) {
    if (at_end() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) refuse(fmt::format("its header is damaged: '{}' is missing", c));
  }
  std::string quoted() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) refuse("its header is damaged: a string does not end");
    std::string result(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return result;
  }
  bool boolean() {
    skip_spaces();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return value;
    }
    refuse("its header is damaged: 'fortran_order' should be True or False");
  }
  Shape tuple() {
    std::vector<std::int64_t> dims;
    expect('(');
    while (!take(')')) {
      skip_spaces();
      std::int64_t dim = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), dim);
      if (error != std::errc() || dim < 0 || dims.size() == most_dims)
        refuse("its header gives no usable 'shape'");
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      dims.push_back(dim);
      if (!take(',')) {
        expect(')');
        break;
      }
    }
    return Shape(std::move(dims));
  }

  std::string_view text_;
};

// From first index fastest to last index fastest.
Tensor from_fortran_order(const Tensor& fortran) {
  Tensor to(fortran.desc());
  const Shape& shape = to.shape();
  if (shape.elements() == 0) return to;
  const auto* from = static_cast<const std::byte*>(fortran.data());
  const std::size_t size = size_of(to.dtype());
  const std::vector<std::int64_t> strides = to.desc().strides();
  std::vector<std::int64_t> index(shape.rank(), 0);
  auto* out = static_cast<std::byte*>(to.mutable_data());
  std::int64_t offset = 0;
  for (std::int64_t left = shape.elements(); left > 0; --left, from += size) {
    std::memcpy(out + static_cast<std::size_t>(offset) * size, from, size);
    for (std::size_t d = 0; d < index.size(); ++d) {
      offset += strides[d];
      if (++index[d] < shape[d]) break;
      offset -= shape[d] * strides[d];
      index[d] = 0;
    }
  }
  return to;
}

Tensor parse(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(magic) || text.size() < 10) refuse("it is not a .npy file");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    refuse(fmt::format("version {} of the .npy format is not supported", version));
  const std::size_t start = version == 1 ? 10 : 12;
  if (text.size() < start) refuse("its header is cut off");
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (text.size() - start < length) refuse("its header is cut off");
  const Header header = HeaderParser(text.substr(start, length)).parse();
  const Type& type = type_of(*header.descr);
  const TensorDesc desc{*header.shape, type.dtype, Layout::row_major};
  const std::span<const std::byte> data = bytes.subspan(start + length);
  const std::size_t expected = static_cast<std::size_t>(desc.shape.elements()) * stored_size(type);
  if (expected != data.size()) {
    refuse(fmt::format("its header tells of {} bytes of elements ({} {}), found {}", expected, type.name,
                       desc.shape.text(), data.size()));
  }
  Tensor tensor(desc);
  if (type.format) {
    to_float32(*type.format, data, tensor.as_mutable<float>());
  } else if (!data.empty()) {
    std::memcpy(tensor.mutable_data(), data.data(), data.size());
  }
  if (*header.fortran_order) tensor = from_fortran_order(tensor);
  if (desc.dtype == DType::boolean) {  // a bool is 0 or 1 to kernels
    for (std::uint8_t& value : tensor.as_mutable<std::uint8_t>()) value = value != 0;
  }
  return tensor;
}

}  // namespace

Tensor read_npy(const fs::path& file) {
  std::error_code error;
  const auto fail = [&](const std::string& what) -> void {
    throw Error(ErrorCode::failure, fmt::format("{}: {}", file.string(), what));
  };
  if (!fs::exists(file, error)) fail("there is no such file");
  if (!fs::is_regular_file(file, error)) fail("it is not a file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("it cannot be opened for reading");
  std::vector<std::byte> bytes(fs::file_size(file));
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::size_t>(stream.gcount()) != bytes.size()) fail("it cannot be read to its end");
  return parse_npy(bytes, file.string());
}

Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  try {
    return parse(bytes);
  } catch (const Error& error) {
    throw Error(ErrorCode::failure, error.what()).within(name);
  }
}

std::string npy_header(const TensorDesc& desc) {
  const auto* type =
      std::find_if(std::begin(types), std::end(types), [&](const Type& t) { return t.dtype == desc.dtype; });
  std::string shape;
  for (std::int64_t dim : desc.shape) shape += fmt::format("{}, ", dim);
  if (desc.shape.rank() > 1) shape.resize(shape.size() - 2);
  if (desc.shape.rank() == 1) shape.pop_back();  // "(3,)"
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type->name, shape);
  constexpr std::size_t before = 10;  // magic, version and length
  text.resize((before + text.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
  text += '\n';
  std::string header(magic);
  header += {'\1', '\0', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

}  // namespace yy
