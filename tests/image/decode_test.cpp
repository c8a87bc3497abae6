// Pictures against Pillow's pixels, parts against whole pictures, and files that are damaged or hostile.
#include "image/decode.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>

#include "runtime/error.h"
#include "tests/image/test_pictures.h"

namespace yy::test {
namespace {

struct DecodeCase {
  const char* name;
  bool exif_orientation;
  int width, height;
  uint32_t crc;
};

const DecodeCase cases[] = {
#include "tests/image/decode_cases.inc"
};

struct BadCase {
  const char* name;
  const char* message;  // part of it
};

const BadCase bad_cases[] = {
    {"bad_empty.jpg", "the file is empty"},
    {"bad_garbage.jpg", "neither JPEG nor PNG: the file starts with bytes 00 01 02 03"},
    {"bad_truncated.jpg", "Premature end of JPEG file"},
    {"bad_truncated_progressive.jpg", "Premature end of JPEG file"},
    {"bad_no_end.jpg", "Premature end of JPEG file"},
    {"bad_header_only.jpg", "damaged JPEG"},
    {"bad_marker_in_scan.jpg", "damaged JPEG: Corrupt JPEG data"},
    {"bad_huge.jpg", "61440 x 61440 = 3774873600 pixels, expected at most 50000000"},
    {"bad_truncated.png", "damaged PNG: premature end of file"},
    {"bad_no_end.png", "damaged PNG: premature end of file"},
    {"bad_crc.png", "damaged PNG: IDAT: CRC error"},
    {"bad_data.png", "damaged PNG: IDAT: incorrect data check"},
    {"bad_huge.png", "60000 x 60000 = 3600000000 pixels, expected at most 50000000"},
};

std::string refusal(std::span<const uint8_t> bytes, const DecodeOptions& options = {}) {
  try {
    decode_image(bytes, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::image);
    return error.what();
  }
  return "decoded";
}

void expect_parts_equal_whole(std::span<const uint8_t> bytes, bool exif_orientation, int regions,
                              std::mt19937& random) {
  const Image image = decode_image(bytes, {exif_orientation});
  for (int i = 0; i < regions; ++i) {
    const Rect region = random_region(random, image.width, image.height);
    const Image part = decode_image(bytes, {exif_orientation, region});
    EXPECT_EQ(part.width, image.width);
    EXPECT_EQ(part.height, image.height);
    EXPECT_EQ(part.region, region);
    ASSERT_EQ(part.pixels, cut(image, region).pixels)
        << region.width << " x " << region.height << " at " << region.x << ", " << region.y << " of "
        << image.width << " x " << image.height;
  }
}

TEST(Decode, EqualsPillow) {
  for (const DecodeCase& c : cases) {
    SCOPED_TRACE(testing::Message() << c.name << (c.exif_orientation ? ", oriented" : ""));
    const Bytes bytes = read_picture(c.name);
    const ImageHeader header = read_image_header(bytes, c.exif_orientation);
    EXPECT_EQ(header.format, std::string(c.name).ends_with(".png") ? ImageFormat::png : ImageFormat::jpeg);
    EXPECT_EQ(header.width, c.width);
    EXPECT_EQ(header.height, c.height);
    const Image image = decode_image(bytes, {c.exif_orientation});
    EXPECT_EQ(image.width, c.width);
    EXPECT_EQ(image.height, c.height);
    EXPECT_EQ(image.region, whole(c.width, c.height));
    EXPECT_EQ(crc32(image.pixels), c.crc);
  }
}

// Pictures of all sizes and kinds, damaged ones between them, into the same memory.
TEST(Decode, IntoUsedMemoryGivesTheSame) {
  std::mt19937 random(test_seed());
  Image image;
  DecodeScratch scratch;
  for (int i = 0; i < 500; ++i) {
    const BadCase& bad = bad_cases[random() % std::size(bad_cases)];
    EXPECT_THROW(decode_image(read_picture(bad.name), {}, image, scratch), Error);
    const DecodeCase& c = cases[random() % std::size(cases)];
    SCOPED_TRACE(c.name);
    const Bytes bytes = read_picture(c.name);
    const DecodeOptions options{c.exif_orientation, random_region(random, c.width, c.height)};
    decode_image(bytes, options, image, scratch);
    const Image fresh = decode_image(bytes, options);
    EXPECT_EQ(image.width, fresh.width);
    EXPECT_EQ(image.height, fresh.height);
    EXPECT_EQ(image.region, fresh.region);
    ASSERT_EQ(image.pixels, fresh.pixels);
  }
}

TEST(Decode, PartsOfCommittedPicturesEqualWhole) {
  std::mt19937 random(test_seed());
  for (const DecodeCase& c : cases) {
    SCOPED_TRACE(testing::Message() << c.name << (c.exif_orientation ? ", oriented" : ""));
    expect_parts_equal_whole(read_picture(c.name), c.exif_orientation, 60, random);
  }
}

// Leaving columns and rows undecoded is where libjpeg-turbo gives other pixels unless there is a margin.
TEST(Decode, PartsOfJpegsEqualWholeForEverySampling) {
  std::mt19937 random(test_seed());
  const JpegKind kinds[] = {{1, 1, 1},           {1, 2, 2},           {3, 1, 1},
                            {3, 2, 1},           {3, 2, 2},           {3, 1, 2},
                            {3, 4, 1},           {3, 1, 4},           {3, 4, 2},
                            {3, 2, 2, true},     {3, 2, 1, true},     {1, 1, 1, true},
                            {3, 2, 2, false, 3}, {3, 1, 1, false, 1}, {3, 2, 2, false, 0, true},
                            {3, 1, 2, false, 5}};
  for (const JpegKind& kind : kinds) {
    for (int i = 0; i < 30; ++i) {
      const int width = 1 + static_cast<int>(random() % 150);
      const int height = 1 + static_cast<int>(random() % 150);
      SCOPED_TRACE(testing::Message()
                   << kind.components << " components, sampling " << kind.across << " x " << kind.down
                   << (kind.progressive ? ", progressive" : "") << ", restart " << kind.restart);
      expect_parts_equal_whole(write_jpeg(noise(static_cast<uint32_t>(random()), width, height), kind), false,
                               20, random);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Decode, RefusesDamagedFiles) {
  for (const BadCase& bad : bad_cases) {
    const std::string message = refusal(read_picture(bad.name));
    EXPECT_NE(message.find(bad.message), std::string::npos) << bad.name << ": " << message;
  }
}

TEST(Decode, ATruncatedFileIsRefusedEvenIfItsPartIsThere) {
  const Bytes jpeg = write_jpeg(noise(1, 64, 400), {3, 2, 2});
  const std::span<const uint8_t> bytes(jpeg);
  EXPECT_EQ(refusal(bytes, {false, Rect{0, 0, 64, 20}}), "decoded");
  for (const size_t kept : {bytes.size() - 1, bytes.size() - 2, bytes.size() - 3, bytes.size() * 2 / 3})
    EXPECT_NE(refusal(bytes.first(kept), {false, Rect{0, 0, 64, 20}}).find("remature end"), std::string::npos)
        << kept;
}

TEST(Decode, EveryTruncationOfEveryPictureIsRefused) {
  for (const DecodeCase& c : cases) {
    const Bytes bytes = read_picture(c.name);
    for (size_t kept = 0; kept < bytes.size(); kept += kept < 64 || kept + 64 > bytes.size() ? 1 : 13)
      ASSERT_NE(refusal(std::span(bytes).first(kept)), "decoded") << c.name << " cut to " << kept << " bytes";
  }
}

TEST(Decode, LimitsHoldBeforeAnythingIsAllocated) {
  const Bytes png = read_picture("png_rgb.png");  // 29 x 17
  EXPECT_EQ(refusal(png, {.max_pixels = 29 * 17}), "decoded");
  EXPECT_NE(refusal(png, {.max_pixels = 29 * 17 - 1}).find("expected at most 492"), std::string::npos);
  EXPECT_NE(refusal(png, {.max_pixels = -1}).find("expected at most 0"), std::string::npos);
  Bytes large = png;
  large.resize(max_image_bytes + 1);
  EXPECT_NE(refusal(large).find("67108865 bytes, expected at most 67108864"), std::string::npos);
  EXPECT_THROW(read_image_header(large, false), Error);
}

TEST(Decode, RefusesRegionsOutsideThePicture) {
  constexpr int most = std::numeric_limits<int>::max();
  const Rect outside[] = {{-1, 0, 5, 5}, {0, 0, 30, 17},           {29, 0, 1, 1},  {0, 0, 0, 5},
                          {3, 3, -1, 4}, {most, most, most, most}, {1, 1, most, 2}};
  for (const char* name : {"png_rgb.png", "exif_6.jpg"})
    for (const Rect& region : outside)
      EXPECT_NE(refusal(read_picture(name), {true, region}).find("not inside the picture"),
                std::string::npos);
}

TEST(Decode, RefusesEndlessScans) {
  Bytes jpeg = write_jpeg(noise(1, 8, 8), {.components = 3, .across = 1, .down = 1, .separate = true});
  const uint8_t marker[] = {0xFF, 0xDA};
  const auto last_scan = std::find_end(jpeg.begin(), jpeg.end(), std::begin(marker), std::end(marker));
  const Bytes scan(last_scan, jpeg.end() - 2);
  const auto with_scans = [&](int more) {
    Bytes out(jpeg.begin(), jpeg.end() - 2);
    for (int i = 0; i < more; ++i) out.insert(out.end(), scan.begin(), scan.end());
    out.insert(out.end(), {0xFF, 0xD9});
    return out;
  };
  EXPECT_EQ(refusal(with_scans(400)), "decoded");
  EXPECT_NE(refusal(with_scans(600)).find("more than 500 scans"), std::string::npos);
}

TEST(Decode, ADamagedOrientationIsIgnored) {
  Bytes jpeg = read_picture("exif_6.jpg");
  const ImageHeader turned = read_image_header(jpeg, true);
  const std::string exif = "Exif";
  const auto at =
      static_cast<size_t>(std::search(jpeg.begin(), jpeg.end(), exif.begin(), exif.end()) - jpeg.begin());
  const ImageHeader plain = read_image_header(jpeg, false);
  EXPECT_EQ(turned.width, plain.height);
  // Byte order, magic number, place of the directory, number of entries, tag, type, value.
  for (const size_t offset : {6, 9, 10, 13, 14, 28, 29, 30, 31, 36}) {
    Bytes damaged = jpeg;
    damaged[at + offset] = 0xEE;
    EXPECT_EQ(read_image_header(damaged, true).width, offset == 14 ? plain.height : plain.width) << offset;
  }
}

// Whatever the bytes, the answer is a picture or yy::Error. Most useful under the address and
// undefined-behaviour sanitizers.
TEST(Decode, SurvivesHostileBytes) {
  std::mt19937 random(test_seed());
  std::vector<Bytes> corpus;
  for (const DecodeCase& c : cases) corpus.push_back(read_picture(c.name));
  for (const BadCase& bad : bad_cases) corpus.push_back(read_picture(bad.name));
  int decoded = 0;
  for (int i = 0; i < 4000; ++i) {
    Bytes bytes = corpus[random() % corpus.size()];
    if (bytes.empty()) continue;
    const uint32_t edits = random() % 4;
    for (uint32_t e = 0; e <= edits; ++e)
      bytes[random() % bytes.size()] = static_cast<uint8_t>(random() % 3 ? random() : 0xFF);
    if (random() % 5 == 0) bytes.resize(random() % bytes.size());
    DecodeOptions options{.exif_orientation = random() % 2 == 0, .max_pixels = 1'000'000};
    try {
      const ImageHeader header = read_image_header(bytes, options.exif_orientation);
      if (random() % 2) options.region = random_region(random, header.width, header.height);
      const Image image = decode_image(bytes, options);
      ASSERT_EQ(image.pixels.size(),
                static_cast<size_t>(image.region.width) * static_cast<size_t>(image.region.height) * 3);
      ++decoded;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::image) << i;
    }
  }
  std::printf("%d of 4000 mutated files were still pictures\n", decoded);
  EXPECT_GT(decoded, 100) << "mutations this heavy test only the first checks";
}

}  // namespace
}  // namespace yy::test
