# yy_quick: compiled for a quick build rather than for speed; for programs that leave the work to the library.
add_library(yy_quick INTERFACE)
target_compile_options(yy_quick INTERFACE $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release>>:-O1>)

# yy_flags: what every file of ours is compiled with. Private to the build, never exported.
add_library(yy_flags INTERFACE)
target_compile_features(yy_flags INTERFACE cxx_std_20)
target_compile_options(yy_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(yy_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)  # false alarms in std::string: gcc bug 105651
endif()
target_include_directories(yy_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_link_libraries(yy_flags INTERFACE fmt::fmt)
if(YY_SANITIZE)
  # Everything in the build is instrumented, our libraries and programs alike.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=address,undefined;-fno-sanitize-recover=undefined;-fno-omit-frame-pointer>")
  add_link_options(-fsanitize=address,undefined)
endif()
