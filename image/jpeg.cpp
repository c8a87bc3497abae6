// JPEG through libjpeg-turbo with the library's defaults, which are Pillow's: slow integer DCT, fancy
// upsampling.
//
// libjpeg reports an error by leaving through longjmp. Every call into it therefore runs inside
// JpegReader::guarded, whose callback may hold nothing that needs a destructor; buffers live in the callers.
#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <jerror.h>
#include <jpeglib.h>
#include <string>

#include "image/private/codec.h"
#include "image/private/jpeg_trap.h"
#include "runtime/error.h"

namespace yy {
namespace {

constexpr int max_scans = 500;
// A progressive file needs its coefficients in memory: at most four components of two bytes a pixel, and some
// tables.
constexpr int64_t coefficient_bytes_per_pixel = 8;
constexpr int64_t table_bytes = int64_t{64} << 20;

void on_message(j_common_ptr info, int level) {
  // Level -1 is a warning: the library would go on with pixels of its own invention. Two of them do not
  // concern the pixels, and stray bytes before a marker are common in real photographs (ImageNet has some).
  const int code = info->err->msg_code;
  const bool harmless = code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM || code == JWRN_EXTRANEOUS_DATA;
  if (level < 0 && !harmless) leave_jpeg(info);
}

void on_progress(j_common_ptr info) {
  const auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (decoder->input_scan_number <= max_scans) return;
  JpegTrap& trap = JpegTrap::of(info);
  std::snprintf(trap.message, sizeof trap.message, "more than %d scans", max_scans);
  std::longjmp(trap.leave, 1);
}

class JpegReader {
 public:
  // Delegates, so that the destructor runs when reading the header throws.
  explicit JpegReader(std::span<const uint8_t> bytes) : JpegReader() {
    guarded([&] {
      jpeg_create_decompress(&info_);
      info_.progress = &progress_;
      jpeg_mem_src(&info_, bytes.data(), static_cast<unsigned long>(bytes.size()));
      jpeg_read_header(&info_, TRUE);
    });
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  jpeg_decompress_struct& info() { return info_; }

  template <class Calls>
  void guarded(Calls calls) {
    if (setjmp(trap_.leave) != 0)
      throw Error(ErrorCode::image, fmt::format("damaged JPEG: {}", trap_.message));
    calls();
  }

  PictureSize size() const {
    return {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
  }

 private:
  JpegReader() {
    info_.err = jpeg_std_error(&trap_.base);
    trap_.base.error_exit = leave_jpeg;
    trap_.base.emit_message = on_message;
    progress_.progress_monitor = on_progress;
  }

  JpegTrap trap_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct info_{};
};

// Pillow's "CMYK;I" followed by its conversion to RGB: the file holds 255 - ink.
void cmyk_to_rgb(const uint8_t* from, int pixels, uint8_t* to) {
  for (int i = 0; i < pixels; ++i, from += 4, to += 3) {
    const int light = from[3];
    for (int c = 0; c < 3; ++c) {
      const int product = (255 - from[c]) * light + 128;
      to[c] = static_cast<uint8_t>(std::max(light - ((product >> 8) + product) / 256, 0));
    }
  }
}

// Whether columns and rows outside the region may be left undecoded: a single Huffman-coded sequential scan
// in one of the samplings for which the tests compare the result with a full decode. Everything else is
// decoded whole and cut.
bool may_crop(const jpeg_decompress_struct& info) {
  if (info.progressive_mode || info.arith_code || info.num_components != info.comps_in_scan) return false;
  const jpeg_component_info* parts = info.comp_info;
  if (info.num_components == 1) return parts[0].h_samp_factor == 1 && parts[0].v_samp_factor == 1;
  if (info.num_components != 3) return false;
  const bool chroma_once = std::all_of(parts + 1, parts + 3, [](const jpeg_component_info& part) {
    return part.h_samp_factor == 1 && part.v_samp_factor == 1;
  });
  return chroma_once && parts[0].h_samp_factor <= 2 && parts[0].v_samp_factor <= 2;
}

// Columns that the decoder is asked for and the first row that it is not told to skip. Fancy upsampling looks
// at neighbouring chroma samples and takes the edge of the crop for the edge of the picture, hence one block
// of margin all round.
struct Crop {
  JDIMENSION x = 0;
  JDIMENSION width = 0;
  JDIMENSION y = 0;
};

Crop crop_with_margin(const jpeg_decompress_struct& info, const Rect& wanted) {
  const int block_width = info.max_h_samp_factor * DCTSIZE;
  const int block_height = info.max_v_samp_factor * DCTSIZE;
  const int left = std::max(wanted.x / block_width - 1, 0) * block_width;
  const int right = std::min((wanted.right() + block_width - 1) / block_width * block_width + block_width,
                             static_cast<int>(info.output_width));
  const int top = std::max(wanted.y / block_height - 1, 0) * block_height;
  return {static_cast<JDIMENSION>(left), static_cast<JDIMENSION>(right - left), static_cast<JDIMENSION>(top)};
}

// Entropy-coded data holds no end marker, so its absence after the last row read means that the file was cut
// short. The decoder reads ahead and may have met the marker already.
void require_end_marker(const jpeg_decompress_struct& info) {
  if (info.unread_marker == JPEG_EOI) return;
  const uint8_t* at = info.src->next_input_byte;
  const uint8_t* end = at + info.src->bytes_in_buffer;
  while (at != end) {
    at = static_cast<const uint8_t*>(std::memchr(at, 0xFF, static_cast<size_t>(end - at)));
    if (at == nullptr || at + 1 == end) break;
    if (at[1] == JPEG_EOI) return;
    ++at;
  }
  throw Error(ErrorCode::image, "damaged JPEG: premature end of file");
}

// Copies rows [wanted.y, wanted.bottom()) of the columns wanted into `out`. `line` holds one decoded row that
// starts at column `line_x` of the picture.
void read_rows(jpeg_decompress_struct& info, const Rect& wanted, int line_x, uint8_t* line, uint8_t* out) {
  const auto components = static_cast<size_t>(info.output_components);
  const uint8_t* from = line + static_cast<size_t>(wanted.x - line_x) * components;
  const size_t row_bytes = static_cast<size_t>(wanted.width) * 3;
  while (static_cast<int>(info.output_scanline) < wanted.bottom()) {
    const bool keep = static_cast<int>(info.output_scanline) >= wanted.y;
    JSAMPROW rows[1] = {line};
    jpeg_read_scanlines(&info, rows, 1);
    if (!keep) continue;
    if (components == 3)
      std::memcpy(out, from, row_bytes);
    else
      cmyk_to_rgb(from, wanted.width, out);
    out += row_bytes;
  }
}

void choose_output(jpeg_decompress_struct& info) {
  switch (info.num_components) {
    case 1:
    case 3:
      info.out_color_space = JCS_RGB;
      return;
    case 4:
      info.out_color_space = JCS_CMYK;
      return;
    default:
      throw Error(ErrorCode::image,
                  fmt::format("the JPEG has {} components, expected 1, 3 or 4", info.num_components));
  }
}

}  // namespace

PictureSize read_jpeg_size(std::span<const uint8_t> bytes) {
  const PictureSize size = JpegReader(bytes).size();
  check_picture_size(static_cast<uint64_t>(size.width), static_cast<uint64_t>(size.height), UINT64_MAX);
  return size;
}

void decode_jpeg(std::span<const uint8_t> bytes, const RegionRule& rule, Image& image,
                 std::vector<uint8_t>& samples) {
  JpegReader reader(bytes);
  jpeg_decompress_struct& info = reader.info();
  const PictureSize size = reader.size();
  const Rect wanted = rule.wanted(size);
  choose_output(info);
  info.mem->max_memory_to_use = static_cast<long>(
      coefficient_bytes_per_pixel * static_cast<int64_t>(size.width) * size.height + table_bytes);

  const bool crop = may_crop(info) && wanted != Rect{0, 0, size.width, size.height};
  JDIMENSION line_x = 0;
  reader.guarded([&] {
    jpeg_start_decompress(&info);
    if (!crop) return;
    Crop part = crop_with_margin(info, wanted);
    if (part.width < info.output_width) jpeg_crop_scanline(&info, &part.x, &part.width);
    line_x = part.x;
    if (part.y > 0) jpeg_skip_scanlines(&info, part.y);
  });

  samples.resize(static_cast<size_t>(info.output_width) * static_cast<size_t>(info.output_components));
  prepare_image(image, size, wanted);
  const bool finished = wanted.bottom() == size.height;
  reader.guarded([&] {
    read_rows(info, wanted, static_cast<int>(line_x), samples.data(), image.pixels.data());
    if (finished) jpeg_finish_decompress(&info);
  });
  // A file of several scans was read to its end before the first row.
  if (!finished && !jpeg_input_complete(&info)) require_end_marker(info);
}

}  // namespace yy
