// The file that keeps choices between kernels: what it keeps, and what it does not destroy.
#include "cuda/private/tuning_file.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

#include "runtime/error.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using cuda::TuningFile;
using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TuningFiles : public testing::Test {
 protected:
  TuningFile open(const std::string& machine = "here") {
    return {name_, machine, [this](const std::string& what) { warnings_.push_back(what); }};
  }
  void write(const std::string& text) const { std::ofstream(name_, std::ios::binary) << text; }
  std::string contents() const {
    std::ifstream file(name_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string candidate(const TuningFile& file, const std::string& problem) const {
    const auto found = file.find(problem);
    return found ? found->candidate : "none";
  }

  const fs::path directory_ = fs::path(testing::TempDir()) / "yy_tuning_file";
  const std::string name_ = (directory_ / "tuning.json").string();
  std::vector<std::string> warnings_;

  void SetUp() override {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }
};

TEST_F(TuningFiles, KeepWhatTheyAreGiven) {
  open().keep("a \"problem\"", {"cuDNN 1", "cudnn engine 34", 12.5});
  const auto found = open().find("a \"problem\"");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->candidate, "cuDNN 1");
  EXPECT_EQ(found->implementation, "cudnn engine 34");
  EXPECT_EQ(found->microseconds, 12.5);
  EXPECT_EQ(candidate(open(), "another"), "none");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), {}), 1) << "something is left beside the file";
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(TuningFiles, KeepMachinesApart) {
  open("here").keep("p", {"own 0", "implicit gemm", 1});
  open("there").keep("p", {"cuDNN 0", "cudnn engine 1", 2});
  EXPECT_EQ(candidate(open("here"), "p"), "own 0");
  EXPECT_EQ(candidate(open("there"), "p"), "cuDNN 0");
}

TEST_F(TuningFiles, KeepWhatOthersAddMeanwhile) {
  TuningFile one = open(), other = open();
  one.keep("p", {"own 0", "a", 1});
  other.keep("q", {"own 0", "b", 1});
  one.keep("p", {"cuDNN 0", "c", 1});
  EXPECT_EQ(candidate(open(), "p"), "cuDNN 0");
  EXPECT_EQ(candidate(open(), "q"), "own 0");
}

TEST_F(TuningFiles, ThatAreDamagedAreReplaced) {
  open().keep("p", {"own 0", "a", 1});
  const std::string whole = contents();
  for (const std::string& damaged :
       {whole.substr(0, whole.size() / 2),
        std::string(R"({"format": "yinyang cuda tuning 1", "machines": [1]})"),
        std::string(R"({"format": "yinyang cuda tuning 1", "machines": {"here": {"p": {"candidate": 3}}}})"),
        R"({"format": "yinyang cuda tuning 1", "machines": )" + std::string(100000, '[')}) {
    warnings_.clear();
    write(damaged);
    TuningFile file = open();
    EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr(name_), HasSubstr("is damaged and not used"))));
    EXPECT_EQ(candidate(file, "p"), "none");
    file.keep("q", {"own 0", "b", 1});
    EXPECT_EQ(candidate(open(), "q"), "own 0");
    EXPECT_EQ(warnings_.size(), 1U);
  }
}

TEST_F(TuningFiles, ThatAreSomethingElseAreRefused) {
  for (const std::string text : {"\xFF\xD8\xFF photograph", R"({"format": "something else"})",
                                 R"({"format": "yinyang cuda tuning 2", "machines": {}})"}) {
    write(text);
    try {
      open();
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::usage);
      EXPECT_THAT(error.what(), AllOf(HasSubstr(name_), AnyOf(HasSubstr("would be overwritten"),
                                                              HasSubstr("another version"))));
    }
    EXPECT_EQ(contents(), text);
  }
  EXPECT_THROW(TuningFile(directory_.string(), "here", {}), Error);
}

TEST_F(TuningFiles, BehindLinksStayThere) {
  write("");
  const fs::path link = directory_ / "link.json";
  fs::create_symlink(name_, link);
  TuningFile(link.string(), "here", {}).keep("p", {"own 0", "a", 1});
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(candidate(open(), "p"), "own 0");
}

TEST_F(TuningFiles, ThatAreEmptyAreFilled) {
  write("");
  open().keep("p", {"own 0", "a", 1});
  EXPECT_EQ(candidate(open(), "p"), "own 0");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(TuningFiles, ThatCannotBeWrittenSaySoOnce) {
  TuningFile file((directory_ / "missing" / "tuning.json").string(), "here",
                  [this](const std::string& what) { warnings_.push_back(what); });
  file.keep("p", {"own 0", "a", 1});
  file.keep("q", {"own 0", "b", 1});
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("cannot be written")));
  EXPECT_EQ(candidate(file, "q"), "own 0");
}

}  // namespace
}  // namespace yy::test
