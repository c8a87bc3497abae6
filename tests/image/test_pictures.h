// What the tests of image/ share: committed pictures, the noise of make_cases.py, CRC-32, seeds, and libjpeg
// as a writer.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <jpeglib.h>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "image/image.h"

namespace yy::test {

using Bytes = std::vector<uint8_t>;

inline Bytes read_picture(const std::string& name) {
  const std::string path = std::string(YY_TEST_DATA_DIR) + "/images/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The checksum of zlib and PNG (ISO 3309).
inline uint32_t crc32(std::span<const uint8_t> bytes) {
  uint32_t crc = ~0U;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

inline Rect whole(int width, int height) {
  return {0, 0, width, height};
}

// `source` of make_cases.py.
inline Image noise(uint32_t seed, int width, int height) {
  Image image{width, height, whole(width, height),
              Bytes(static_cast<size_t>(width) * static_cast<size_t>(height) * 3)};
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    uint32_t h = static_cast<uint32_t>(i) * 2654435761U + seed * 40503U;
    h ^= h >> 15;
    h *= 2246822519U;
    h ^= h >> 13;
    image.pixels[i] = static_cast<uint8_t>(h & 0x100 ? h & 0xFF : (h & 0x200 ? 255 : 0));
  }
  return image;
}

// The part of a picture that a decoder asked for `region` would give.
inline Image cut(const Image& image, const Rect& region) {
  Image part{image.width, image.height, region, {}};
  for (int y = region.y; y < region.bottom(); ++y) {
    const uint8_t* from = image.row(y) + static_cast<ptrdiff_t>(region.x - image.region.x) * 3;
    part.pixels.insert(part.pixels.end(), from, from + static_cast<ptrdiff_t>(region.width) * 3);
  }
  return part;
}

inline Rect random_region(std::mt19937& random, int width, int height) {
  const auto up_to = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  const int x = up_to(width);
  const int y = up_to(height);
  return {x, y, 1 + up_to(width - x), 1 + up_to(height - y)};
}

// The same every time unless YY_TEST_SEED says otherwise; printed so that a failure can be repeated.
inline uint32_t test_seed() {
  const char* given = std::getenv("YY_TEST_SEED");
  const uint32_t seed = given != nullptr ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10)) : 1;
  std::printf("repeat with YY_TEST_SEED=%u\n", seed);
  return seed;
}

struct JpegKind {
  int components = 3;  // 1 grey, 3 colour
  int across = 2;      // sampling factors of the first component; the others have 1
  int down = 2;
  bool progressive = false;
  int restart = 0;        // blocks between restart markers
  bool separate = false;  // one scan per component
};

inline Bytes write_jpeg(const Image& image, const JpegKind& kind) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &out, &size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  if (kind.components == 1) jpeg_set_colorspace(&info, JCS_GRAYSCALE);
  info.comp_info[0].h_samp_factor = kind.across;
  info.comp_info[0].v_samp_factor = kind.down;
  info.restart_interval = static_cast<unsigned>(kind.restart);
  if (kind.progressive) jpeg_simple_progression(&info);
  std::array<jpeg_scan_info, 3> scans{};
  for (size_t c = 0; c < scans.size(); ++c) scans[c] = {1, {static_cast<int>(c), 0, 0, 0}, 0, 63, 0, 0};
  if (kind.separate) {
    info.scan_info = scans.data();
    info.num_scans = kind.components;
  }
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(image.row(static_cast<int>(info.next_scanline)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const std::unique_ptr<unsigned char, decltype(&std::free)> owned(out, std::free);
  return {owned.get(), owned.get() + size};
}

}  // namespace yy::test
