#include "tools/yy_bench/picture_benchmark.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "image/decode.h"
#include "image/preprocess.h"
#include "runtime/error.h"

namespace yy {
namespace {

struct Setting {
  const char* name;
  Preprocess how;
};

// As MobileNets and EfficientNets read their pictures.
const Setting settings[] = {
    {"bilinear_224",
     {224, 0.875, Interpolation::bilinear, {127.5F, 127.5F, 127.5F}, {127.5F, 127.5F, 127.5F}}},
    {"bicubic_260", {260, 0.89, Interpolation::bicubic, {127, 127, 127}, {128, 128, 128}}},
};

Rect region_for_all(int width, int height) {
  Rect region = needed_region(width, height, settings[0].how);
  for (const Setting& setting : settings) region = unite(region, needed_region(width, height, setting.how));
  return region;
}

Image made_up_picture() {
  Image image{500, 375, {0, 0, 500, 375}, {}};
  for (unsigned i = 0; i < 500 * 375 * 3; ++i)
    image.pixels.push_back(static_cast<uint8_t>(i * 2654435761U >> 24));
  return image;
}

template <class Work>
void register_work(const std::string& name, Work work) {
  benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) {
    for (auto _ : state) work();
  })->Unit(benchmark::kMicrosecond);
}

void register_preparation(const std::string& name, const std::shared_ptr<const Image>& image) {
  for (const Setting& setting : settings) {
    const Preprocess& how = setting.how;
    const auto values = static_cast<size_t>(how.size) * static_cast<size_t>(how.size) * 3;
    const auto pixels = std::make_shared<std::vector<uint8_t>>(values);
    const auto row = std::make_shared<std::vector<float>>(values);
    const auto scratch = std::make_shared<ResizeScratch>();
    register_work(name + "/resize_" + setting.name, [=] {
      scratch->planned = Interpolation::none;  // the pictures of a folder differ in size
      write_pixels(*image, how, pixels->data(), *scratch);
    });
    register_work(name + "/normalise_" + setting.name, [=] { normalise(pixels->data(), how, row->data()); });
  }
}

}  // namespace

void register_pictures(const std::vector<std::filesystem::path>& files) {
  if (files.empty()) register_preparation("image", std::make_shared<Image>(made_up_picture()));
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw Error(ErrorCode::image, fmt::format("cannot open '{}'", file.string()));
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
    const ImageHeader header = read_image_header(bytes, false);
    const DecodeOptions options{.region = region_for_all(header.width, header.height)};
    const std::string name = file.stem().string();
    register_preparation(name, std::make_shared<Image>(decode_image(bytes, options)));
    register_work(name + "/decode", [=] { benchmark::DoNotOptimize(decode_image(bytes, options)); });
  }
}

}  // namespace yy
