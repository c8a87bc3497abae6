#include "tests/networks/numpy_files.h"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <zlib.h>

namespace yy::test {
namespace {

using Bytes = std::vector<unsigned char>;

Bytes read_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return Bytes{std::istreambuf_iterator<char>(stream), {}};
}

std::uint32_t little(const unsigned char* at, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint32_t>(at[i]) << (8 * i);
  return value;
}

Bytes inflated(const unsigned char* from, std::size_t from_bytes, std::size_t to_bytes) {
  Bytes to(to_bytes);
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::runtime_error("zlib cannot start");
  stream.next_in = const_cast<unsigned char*>(from);
  stream.avail_in = static_cast<uInt>(from_bytes);
  stream.next_out = to.data();
  stream.avail_out = static_cast<uInt>(to_bytes);
  const int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("the archive is damaged");
  return to;
}

FloatArray parse_npy(const Bytes& bytes) {
  const std::size_t header_bytes = little(bytes.data() + 8, 2);
  const std::string header(bytes.begin() + 10,
                           bytes.begin() + 10 + static_cast<std::ptrdiff_t>(header_bytes));
  if (header.find("'<f4'") == std::string::npos) throw std::runtime_error("not float32: " + header);
  FloatArray array;
  std::smatch match;
  std::regex_search(header, match, std::regex(R"(\(([^)]*)\))"));
  const std::string dims = match[1];
  const std::regex number(R"(\d+)");
  for (std::sregex_iterator it(dims.begin(), dims.end(), number), end; it != end; ++it) {
    array.shape.push_back(std::stol(it->str()));
  }
  array.values.resize((bytes.size() - 10 - header_bytes) / sizeof(float));
  std::memcpy(array.values.data(), bytes.data() + 10 + header_bytes, array.values.size() * sizeof(float));
  return array;
}

}  // namespace

FloatArray read_npy(const std::string& file) {
  const Bytes bytes = read_file(file);
  if (bytes.size() < 10) throw std::runtime_error(file + " cannot be read");
  return parse_npy(bytes);
}

std::map<std::string, FloatArray> read_npz(const std::string& file) {
  const Bytes zip = read_file(file);
  if (zip.size() < 22) throw std::runtime_error(file + " cannot be read");
  const unsigned char* end = zip.data() + zip.size() - 22;  // end of central directory, without a comment
  if (little(end, 4) != 0x06054b50) throw std::runtime_error(file + " is not a zip archive");
  const std::uint32_t entries = little(end + 10, 2);
  const unsigned char* entry = zip.data() + little(end + 16, 4);
  std::map<std::string, FloatArray> arrays;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::uint32_t method = little(entry + 10, 2), packed = little(entry + 20, 4),
                        plain = little(entry + 24, 4);
    const std::uint32_t name_bytes = little(entry + 28, 2);
    const std::string name(entry + 46, entry + 46 + name_bytes);
    const unsigned char* local = zip.data() + little(entry + 42, 4);
    const unsigned char* data = local + 30 + little(local + 26, 2) + little(local + 28, 2);
    const Bytes bytes = method == 0 ? Bytes(data, data + plain) : inflated(data, packed, plain);
    arrays[name.substr(0, name.rfind(".npy"))] = parse_npy(bytes);
    entry += 46 + name_bytes + little(entry + 30, 2) + little(entry + 32, 2);
  }
  return arrays;
}

}  // namespace yy::test
