// PNG through libpng. Chunks that do not change the pixels (profiles, text, time) are skipped unread.
//
// libpng reports an error by leaving through longjmp. Every call into it therefore runs inside
// PngReader::guarded, whose callback may hold nothing that needs a destructor; buffers live in the callers.
#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <png.h>
#include <vector>

#include "image/private/codec.h"
#include "runtime/error.h"

namespace yy {
namespace {

constexpr png_uint_32 max_cached_chunks = 128;
constexpr png_alloc_size_t max_chunk_bytes = 8'000'000;

struct PngTrap {
  std::span<const uint8_t> rest;  // not read yet
  std::jmp_buf leave;
  char message[128];
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* trap = static_cast<PngTrap*>(png_get_error_ptr(png));
  std::snprintf(trap->message, sizeof trap->message, "%s", message);
  std::longjmp(trap->leave, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

void on_read(png_structp png, png_bytep to, size_t count) {
  auto* trap = static_cast<PngTrap*>(png_get_io_ptr(png));
  if (count > trap->rest.size()) png_error(png, "premature end of file");
  std::memcpy(to, trap->rest.data(), count);
  trap->rest = trap->rest.subspan(count);
}

class PngReader {
 public:
  // Delegates, so that the destructor runs when something below throws.
  explicit PngReader(std::span<const uint8_t> bytes) : PngReader() {
    trap_.rest = bytes;
    guarded([&] {
      png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &trap_, on_error, on_warning);
      if (png_ == nullptr) return;
      info_ = png_create_info_struct(png_);
      png_set_read_fn(png_, &trap_, on_read);
      png_set_user_limits(png_, max_image_side, max_image_side);
      png_set_chunk_cache_max(png_, max_cached_chunks);
      png_set_chunk_malloc_max(png_, max_chunk_bytes);
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      // With this off, damage that libpng would only warn about is an error.
      png_set_benign_errors(png_, 0);
    });
    if (info_ == nullptr)
      throw Error(ErrorCode::image,
                  "libpng cannot start: out of memory, or not the version it was built for");
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  png_structp png() const { return png_; }
  png_infop info() const { return info_; }

  template <class Calls>
  void guarded(Calls calls) {
    if (setjmp(trap_.leave) != 0)
      throw Error(ErrorCode::image, fmt::format("damaged PNG: {}", trap_.message));
    calls();
  }

 private:
  PngReader() = default;

  PngTrap trap_{};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

// How the samples of a decoded row, one byte each, become RGB.
struct RowFormat {
  int channels = 0;  // 1 grey or palette index, 3 RGB
  bool palette = false;
  std::array<std::array<uint8_t, 3>, 256> colours{};
};

void to_rgb(const RowFormat& format, const uint8_t* from, int pixels, uint8_t* to) {
  if (format.channels == 3) {
    std::memcpy(to, from, static_cast<size_t>(pixels) * 3);
  } else if (format.palette) {
    for (int i = 0; i < pixels; ++i, to += 3) std::memcpy(to, format.colours[from[i]].data(), 3);
  } else {
    for (int i = 0; i < pixels; ++i, to += 3) std::memset(to, from[i], 3);
  }
}

// Asks libpng for one byte per sample without alpha.
RowFormat prepare_rows(png_structp png, png_infop info) {
  RowFormat format;
  const int type = png_get_color_type(png, info);
  format.palette = type == PNG_COLOR_TYPE_PALETTE;
  if (format.palette) {
    png_colorp colours = nullptr;
    int count = 0;
    png_get_PLTE(png, info, &colours, &count);
    for (int i = 0; i < std::min(count, 256); ++i)
      format.colours[static_cast<size_t>(i)] = {colours[i].red, colours[i].green, colours[i].blue};
    png_set_packing(png);
  } else if (type == PNG_COLOR_TYPE_GRAY) {
    png_set_expand_gray_1_2_4_to_8(png);
  }
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  format.channels = png_get_channels(png, info);
  return format;
}

void check_rows(const RowFormat& format, size_t row_bytes, int width) {
  const bool known = format.channels == 1 || format.channels == 3;
  if (!known || row_bytes != static_cast<size_t>(width) * static_cast<size_t>(format.channels))
    throw Error(
        ErrorCode::image,
        fmt::format("libpng gives rows of {} bytes in {} channels for {} pixels, expected 1 or 3 bytes each",
                    row_bytes, format.channels, width));
}

void read_plain(const PngReader& reader, const RowFormat& format, const Rect& wanted, int height,
                uint8_t* line, uint8_t* out) {
  for (int y = 0; y < height; ++y) {
    png_read_row(reader.png(), line, nullptr);
    if (y < wanted.y || y >= wanted.bottom()) continue;
    to_rgb(format, line + static_cast<ptrdiff_t>(wanted.x) * format.channels, wanted.width, out);
    out += static_cast<ptrdiff_t>(wanted.width) * 3;
  }
  png_read_end(reader.png(), nullptr);
}

// Every pass adds pixels to rows that lie in `samples` one after the other.
void read_interlaced(const PngReader& reader, const RowFormat& format, const Rect& wanted, int height,
                     std::span<uint8_t> samples, uint8_t* out) {
  const size_t row_bytes = samples.size() / static_cast<size_t>(height);
  for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; ++pass)
    for (size_t at = 0; at < samples.size(); at += row_bytes)
      png_read_row(reader.png(), samples.data() + at, nullptr);
  png_read_end(reader.png(), nullptr);
  for (int y = wanted.y; y < wanted.bottom(); ++y, out += static_cast<ptrdiff_t>(wanted.width) * 3)
    to_rgb(format,
           samples.data() + static_cast<size_t>(y) * row_bytes +
               static_cast<ptrdiff_t>(wanted.x) * format.channels,
           wanted.width, out);
}

}  // namespace

PictureSize read_png_size(std::span<const uint8_t> bytes) {
  constexpr size_t header_bytes = 8 + 4 + 4 + 13;  // signature, length and name of the first chunk, its data
  constexpr std::array<uint8_t, 8> first_chunk = {0, 0, 0, 13, 'I', 'H', 'D', 'R'};
  if (bytes.size() < header_bytes) throw Error(ErrorCode::image, "damaged PNG: premature end of file");
  if (!std::equal(first_chunk.begin(), first_chunk.end(), bytes.begin() + 8))
    throw Error(ErrorCode::image, "damaged PNG: it does not begin with an IHDR chunk of 13 bytes");
  const auto number = [&](size_t at) {
    return static_cast<uint32_t>(bytes[at]) << 24 | static_cast<uint32_t>(bytes[at + 1]) << 16 |
           static_cast<uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
  };
  const uint32_t width = number(16);
  const uint32_t height = number(20);
  check_picture_size(width, height, UINT64_MAX);
  return {static_cast<int>(width), static_cast<int>(height)};
}

void decode_png(std::span<const uint8_t> bytes, const RegionRule& rule, Image& image,
                std::vector<uint8_t>& samples) {
  const PictureSize size = read_png_size(bytes);
  const Rect wanted = rule.wanted(size);

  PngReader reader(bytes);
  RowFormat format;
  bool interlaced = false;
  size_t row_bytes = 0;
  reader.guarded([&] {
    png_read_info(reader.png(), reader.info());
    interlaced = png_get_interlace_type(reader.png(), reader.info()) != PNG_INTERLACE_NONE;
    format = prepare_rows(reader.png(), reader.info());
    row_bytes = png_get_rowbytes(reader.png(), reader.info());
  });
  check_rows(format, row_bytes, size.width);

  samples.resize(interlaced ? row_bytes * static_cast<size_t>(size.height) : row_bytes);
  prepare_image(image, size, wanted);
  reader.guarded([&] {
    if (interlaced) {
      read_interlaced(reader, format, wanted, size.height, samples, image.pixels.data());
    } else {
      read_plain(reader, format, wanted, size.height, samples.data(), image.pixels.data());
    }
  });
}

}  // namespace yy
