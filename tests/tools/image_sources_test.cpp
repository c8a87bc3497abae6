#include "tools/yy_run/image_sources.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/error.h"
#include "tests/tools/temp_folder.h"

namespace yy {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;
using testing::ElementsAre;
using Strings = std::vector<std::string>;

Strings names(const ImageList& images) {
  Strings result;
  for (std::size_t i = 0; i < images.size(); ++i) result.push_back(images.name(i));
  return result;
}

std::string path_of(const ImageList& images, std::size_t i) {
  std::string path = "overwritten";
  images.write_path(i, path);
  return path;
}

ImageList find(const Strings& arguments, const std::string& list = "") {
  const TempFolder folder;
  const int input = ::open(folder.write("list", list).c_str(), O_RDONLY);
  try {
    ImageList images = find_images(arguments, input);
    ::close(input);
    return images;
  } catch (...) {
    ::close(input);
    throw;
  }
}

TEST(ImageSources, FoldersAreSortedAndFiltered) {
  const TempFolder folder;
  for (const char* name : {"b/2.png", "b/10.PNG", "a.JPG", "c.jpeg", "d.JpEg", "b/deep/er/x.jpg", "notes.txt",
                           "jpg", "x.jpg.bak", "b.png/inside.png"}) {
    folder.write(name, "x");
  }
  const ImageList images = find({folder.path().string() + "/"});
  EXPECT_THAT(names(images), ElementsAre("a.JPG", "b.png/inside.png", "b/10.PNG", "b/2.png",
                                         "b/deep/er/x.jpg", "c.jpeg", "d.JpEg"));
  EXPECT_EQ(images.folder(0), "");
  EXPECT_EQ(images.folder(2), "b");
  EXPECT_EQ(images.folder(4), "b");
  for (std::size_t i = 0; i < images.size(); ++i) EXPECT_TRUE(fs::is_regular_file(path_of(images, i)));
}

TEST(ImageSources, LinksToFoldersAndOddFilesAreLeftOut) {
  const TempFolder folder, elsewhere;
  elsewhere.write("outside.png", "x");
  folder.write("in.png", "x");
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "link");
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "link.png");
  fs::create_directory_symlink(folder.path(), folder.path() / "loop");
  fs::create_symlink(elsewhere.path() / "outside.png", folder.path() / "file.png");
  fs::create_symlink("/nowhere", folder.path() / "dangling.png");
  ASSERT_EQ(::mkfifo((folder / "pipe.png").c_str(), 0600), 0);
  EXPECT_THAT(names(find({folder.path().string()})), ElementsAre("file.png", "in.png"));
  EXPECT_THAT(names(find({folder / "link"})), ElementsAre("outside.png"))
      << "a link that is asked for is followed";
}

TEST(ImageSources, ArgumentsKeepTheirOrderAndRepeat) {
  const TempFolder folder;
  const std::string b = folder.write("b.dat", "x"), a = folder.write("a.png", "x");
  const ImageList images =
      find({b, folder.path().string(), "-", b, folder / "?.png"}, "one\n\ntwo words\r\n/three");
  EXPECT_THAT(names(images), ElementsAre(b, "a.png", "one", "two words", "/three", b, a));
  EXPECT_EQ(path_of(images, 1), a);
  EXPECT_EQ(path_of(images, 2), "one");
  EXPECT_EQ(images.folder(0), "") << "only folders that were given are labelled";
}

TEST(ImageSources, PatternsAreForWhatDoesNotExist) {
  const TempFolder folder;
  const std::string literal = folder.write("[1].png", "x");
  folder.write("1.png", "x");
  folder.write("sub1/2.png", "x");
  EXPECT_THAT(names(find({literal})), ElementsAre(literal));
  EXPECT_THAT(names(find({folder / "sub*"})), ElementsAre("2.png"));
  EXPECT_THAT(names(find({folder / "[0-9].png"})), ElementsAre(folder / "1.png"));
}

TEST(ImageSources, NothingFoundIsAUsageError) {
  const TempFolder folder;
  const Strings nothings[] = {
      {folder.path().string()}, {folder / "no"}, {folder / "*.png"}, {"-"}, {"-", "-"}};
  for (const Strings& arguments : nothings) {
    try {
      find(arguments);
      ADD_FAILURE() << arguments[0];
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::usage);
      EXPECT_THAT(error.what(), testing::HasSubstr(arguments[0]));
    }
  }
}

TEST(ImageSources, FoldersThatCannotBeReadAreFailures) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read every folder";
  const TempFolder folder;
  folder.write("sub/a.png", "x");
  fs::permissions(folder.path() / "sub", fs::perms::none);
  EXPECT_THROW(find({folder.path().string()}), Error);
  fs::permissions(folder.path() / "sub", fs::perms::owner_all);
}

}  // namespace
}  // namespace yy
