// The house's arrows, checked on the #include lines of the working tree: which room may include which, which
// headers are private to their room, and where a dependency's headers may be named. Each rule is also tried
// on made-up lines that break it, since a rule that cannot fail proves nothing.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace yy::test {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::string path;  // from the root of the repository, with '/'
  std::string text;
};

using Strings = std::vector<std::string>;

// The rooms that each room's files may include; a room may include itself.
const std::map<std::string, std::set<std::string>> arrows = {
    {"runtime", {}},
    {"ops", {"runtime"}},
    {"onnx", {"runtime", "ops"}},
    {"cpu", {"runtime", "ops"}},
    {"cuda", {"runtime", "ops"}},
    {"image", {"runtime", "ops"}},
    {"yy", {"runtime", "ops", "onnx", "cpu", "cuda", "image"}},
    {"tools", {"runtime", "ops", "onnx", "cpu", "cuda", "image", "yy"}},
    {"examples", {"runtime", "ops", "onnx", "cpu", "cuda", "image", "yy"}},
};

// A dependency, how its headers are called, and the rooms that may name them; public headers may not
// anywhere.
struct Dependency {
  std::string what;
  std::regex header;
  std::set<std::string> rooms;
};

const std::vector<Dependency>& dependencies() {
  static const std::vector<Dependency> all = {
      {"oneDNN", std::regex("(oneapi/)?dnnl.*"), {"cpu"}},
      {"OpenMP", std::regex("omp\\.h"), {"cpu"}},
      {"CUDA",
       std::regex("cuda_.*|nvtx3/.*|cudnn.*|cublas.*|cooperative_groups\\.h|vector_(types|functions)\\.h"),
       {"cuda"}},
      {"protobuf", std::regex("google/protobuf/.*|.*\\.pb\\.h"), {"onnx"}},
      {"libjpeg", std::regex("jpeglib\\.h|jerror\\.h|jconfig\\.h|turbojpeg\\.h"), {"image"}},
      {"libpng", std::regex("png(conf)?\\.h"), {"image"}},
      {"OpenSSL", std::regex("openssl/.*"), {"yy"}},
      {"nlohmann-json", std::regex("nlohmann/.*"), {"cuda", "yy", "tools"}},
      {"CLI11", std::regex("CLI/.*"), {"tools"}},
      {"fmt", std::regex("fmt/.*"), {"runtime", "ops", "onnx", "cpu", "cuda", "image", "yy", "tools"}},
  };
  return all;
}

std::string room_of(const std::string& path) {
  return path.substr(0, path.find('/'));
}

bool is_header(const std::string& path) {
  return path.ends_with(".h") || path.ends_with(".cuh");
}

// Private headers lie in a folder `private` or `kernels`, or say so in the comment that they open with.
bool is_private(const Source& source) {
  for (const char* folder : {"/private/", "/kernels/"}) {
    if (source.path.find(folder) != std::string::npos) return true;
  }
  std::istringstream lines(source.text);
  std::string comment;
  for (std::string line; std::getline(lines, line) && line.starts_with("//");) comment += line.substr(2);
  return comment.find("Private to this folder") != std::string::npos;
}

void check_quoted(const Source& source, const std::string& header,
                  const std::set<std::string>& private_headers, Strings& wrong) {
  const std::string room = room_of(source.path), target = room_of(header);
  const std::string line = source.path + ": \"" + header + "\" ";
  if (target == header || header.find("..") != std::string::npos) {
    wrong.push_back(line + "should be written from the root of the repository");
  } else if (source.path.starts_with("tools/yy_bench/") && header.starts_with("tests/cases/")) {
    return;  // one list of cases, for the tests and for timing them
  } else if (target != room && !arrows.at(room).contains(target)) {
    wrong.push_back(line + "points against the arrows: " + room + " may not include " + target);
  } else if (target != room && private_headers.contains(header)) {
    wrong.push_back(line + "is private to " + target);
  }
}

void check_dependency(const Source& source, const std::string& header, bool is_public, Strings& wrong) {
  for (const Dependency& dependency : dependencies()) {
    if (!std::regex_match(header, dependency.header)) continue;
    const std::string line = source.path + ": <" + header + "> ";
    if (!dependency.rooms.contains(room_of(source.path))) {
      wrong.push_back(line + "does not belong into this room: " + dependency.what);
    }
    if (is_public) wrong.push_back(line + "stands in a public header: " + dependency.what);
  }
}

// Everything that breaks a rule, one line each.
Strings check_includes(const std::vector<Source>& sources) {
  static const std::regex include(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::set<std::string> private_headers;
  for (const Source& source : sources) {
    if (is_header(source.path) && is_private(source)) private_headers.insert(source.path);
  }
  Strings wrong;
  for (const Source& source : sources) {
    const std::string room = room_of(source.path);
    const bool is_public =
        is_header(source.path) && room != "tools" && !private_headers.contains(source.path);
    std::istringstream lines(source.text);
    std::smatch found;
    for (std::string line; std::getline(lines, line);) {
      if (!std::regex_search(line, found, include)) continue;
      check_dependency(source, found[2], is_public, wrong);
      // In angle brackets our own headers would get round the arrows.
      const bool ours = arrows.contains(room_of(found[2])) && !std::string(found[2]).ends_with(".pb.h");
      if (found[1] == "\"" || ours) check_quoted(source, found[2], private_headers, wrong);
    }
  }
  return wrong;
}

// Notes to oneself, which belong into the issue tracker.
Strings check_notes(const std::vector<Source>& sources) {
  static const std::regex note(
      "\\b(TO"
      "DO|FIX"
      "ME|X"
      "XX|HA"
      "CK)\\b");
  Strings wrong;
  for (const Source& source : sources) {
    std::istringstream lines(source.text);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      if (std::regex_search(line, note))
        wrong.push_back(source.path + ":" + std::to_string(number) + ": " + line);
    }
  }
  return wrong;
}

// The files below `folder` that end in one of `endings`, sorted.
std::vector<Source> read_sources(const fs::path& root, const std::string& folder, const Strings& endings) {
  std::vector<Source> sources;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const std::string path = entry.path().lexically_relative(root).generic_string();
    const auto ends = [&](const std::string& ending) { return path.ends_with(ending); };
    if (!entry.is_regular_file() || std::none_of(endings.begin(), endings.end(), ends)) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    sources.push_back({path, {std::istreambuf_iterator<char>(file), {}}});
  }
  std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

void append(std::vector<Source>& all, std::vector<Source> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

TEST(Structure, IncludesFollowTheArrows) {
  std::vector<Source> sources;
  for (const auto& [room, allowed] : arrows) {
    const auto found = read_sources(YY_SOURCE_DIR, room, {".h", ".cpp", ".cu", ".cuh", ".inc"});
    EXPECT_FALSE(found.empty()) << "no sources in " << room;
    append(sources, found);
  }
  EXPECT_GT(sources.size(), 50U);
  EXPECT_THAT(check_includes(sources), testing::IsEmpty());
}

TEST(Structure, NoNotesToOneselfAreLeft) {
  std::vector<Source> sources;
  for (const char* folder : {"runtime", "ops", "onnx", "cpu", "cuda", "image", "yy", "tools", "tests", "docs",
                             "examples", "cmake", "third_party"}) {
    append(sources, read_sources(YY_SOURCE_DIR, folder,
                                 {".h", ".cpp", ".cu", ".cuh", ".inc", ".py", ".sh", ".md", ".cmake",
                                  "CMakeLists.txt", ".in", ".proto"}));
  }
  EXPECT_THAT(check_notes(sources), testing::IsEmpty());
}

// --- the rules themselves ---

Strings check_one(const std::string& path, const std::string& text) {
  return check_includes({{path, text}});
}

TEST(Structure, ArrowsThatPointUpwardsAreFound) {
  using testing::ElementsAre;
  using testing::HasSubstr;
  using testing::IsEmpty;
  EXPECT_THAT(check_one("runtime/a.cpp", "#include \"ops/conv.h\"\n"),
              ElementsAre(HasSubstr("against the arrows")));
  EXPECT_THAT(check_one("ops/a.cpp", "  #  include \"cpu/cpu_backend.h\""),
              ElementsAre(HasSubstr("may not include cpu")));
  EXPECT_THAT(check_one("cpu/a.cpp", "#include \"onnx/loader.h\""),
              ElementsAre(HasSubstr("against the arrows")));
  EXPECT_THAT(check_one("onnx/a.cpp", "#include \"image/decode.h\""),
              ElementsAre(HasSubstr("against the arrows")));
  EXPECT_THAT(check_one("image/a.cpp", "#include <yy/cascade.h>"),
              ElementsAre(HasSubstr("against the arrows")));
  EXPECT_THAT(check_one("yy/a.cpp", "#include \"tools/yy_run/run.h\""),
              ElementsAre(HasSubstr("against the arrows")));
  EXPECT_THAT(check_one("ops/a.cpp", "#include \"tests/cases/case.h\""),
              ElementsAre(HasSubstr("against the arrows")));
  EXPECT_THAT(check_one("yy/a.cpp", "#include \"network.h\""), ElementsAre(HasSubstr("from the root")));
  EXPECT_THAT(check_one("yy/a.cpp", "#include \"yy/../cpu/cpu_backend.h\""),
              ElementsAre(HasSubstr("from the root")));
  EXPECT_THAT(
      check_one("yy/a.cpp", "#include \"yy/network.h\"\n#include \"runtime/graph.h\"\n#include <vector>\n"),
      IsEmpty());
}

TEST(Structure, PrivateHeadersAreFoundElsewhere) {
  using testing::ElementsAre;
  using testing::HasSubstr;
  const Source by_folder{"cpu/private/context.h", "// What factories share.\n"};
  const Source by_comment{"image/private/codec.h",
                          "// The two decoders. Private to this\n// folder.\n#pragma once\n"};
  EXPECT_THAT(check_includes({by_folder, {"yy/a.cpp", "#include \"cpu/private/context.h\"\n"}}),
              ElementsAre(HasSubstr("private to cpu")));
  EXPECT_THAT(check_includes({by_comment, {"tools/a.cpp", "#include \"image/private/codec.h\"\n"}}),
              ElementsAre(HasSubstr("private to image")));
  EXPECT_THAT(check_includes({by_comment, {"image/a.cpp", "#include \"image/private/codec.h\"\n"}}),
              testing::IsEmpty());
}

TEST(Structure, DependenciesAreFoundWhereTheyDoNotBelong) {
  using testing::ElementsAre;
  using testing::HasSubstr;
  using testing::IsEmpty;
  EXPECT_THAT(check_one("yy/a.cpp", "#include <dnnl.hpp>"), ElementsAre(HasSubstr("oneDNN")));
  EXPECT_THAT(check_one("runtime/a.cpp", "#include <oneapi/dnnl/dnnl.hpp>"),
              ElementsAre(HasSubstr("oneDNN")));
  EXPECT_THAT(check_one("yy/a.cpp", "#include <cuda_runtime_api.h>"), ElementsAre(HasSubstr("CUDA")));
  EXPECT_THAT(check_one("cuda/a.h", "#include <cuda_runtime_api.h>"),
              ElementsAre(HasSubstr("public header")));
  EXPECT_THAT(check_one("cpu/a.h", "#include <dnnl.hpp>"), ElementsAre(HasSubstr("public header")));
  EXPECT_THAT(check_one("onnx/a.h", "#include \"onnx/yy_onnx.pb.h\""),
              ElementsAre(HasSubstr("public header")));
  EXPECT_THAT(check_one("image/a.h", "#include <jpeglib.h>"), ElementsAre(HasSubstr("public header")));
  EXPECT_THAT(check_one("image/a.h", "#include <png.h>"), ElementsAre(HasSubstr("public header")));
  EXPECT_THAT(check_one("yy/a.h", "#include <nlohmann/json.hpp>"), ElementsAre(HasSubstr("public header")));
  EXPECT_THAT(check_one("runtime/a.h", "#include <fmt/format.h>"), ElementsAre(HasSubstr("public header")));
  EXPECT_THAT(check_one("cpu/private/a.h", "#include <dnnl.hpp>"), IsEmpty());
  EXPECT_THAT(check_one("tools/yy_run/a.h", "#include <CLI/CLI.hpp>"), IsEmpty());
}

TEST(Structure, NotesToOneselfAreFound) {
  EXPECT_THAT(check_notes({{"a.cpp", std::string("int a;\n// TO") + "DO: more\n"}}),
              testing::ElementsAre(testing::HasSubstr("a.cpp:2")));
  EXPECT_THAT(check_notes({{"a.sh",
                            "mktemp XX"
                            "XXXX"}}),
              testing::IsEmpty());
}

}  // namespace
}  // namespace yy::test
