# healthmetric_page_parts(<source to write> <folder> <scripts>...): makes a source of page.html, page.css and the
# scripts, which become one in this order. It is made when CMake configures, and again when one of them has changed.
function(healthmetric_page_parts output folder)
  set(files ${folder}/page.html ${folder}/page.css)
  set(script "\n")
  foreach(name ${ARGN})
    list(APPEND files ${folder}/${name}.js)
    file(READ ${folder}/${name}.js text)
    string(APPEND script "${text}\n")
  endforeach()
  file(READ ${folder}/page.html html)
  file(READ ${folder}/page.css style)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})

  foreach(part html style script)
    if("${${part}}" MATCHES "[)]page\"")
      message(FATAL_ERROR "the ${part} of the page has what ends a raw string: )page\"")
    endif()
  endforeach()
  file(WRITE ${output}.new "#include \"receiver/page/page_text.hpp\"

namespace healthmetric::page {

PageParts built_in_parts() {
  return {R\"page(${html})page\",
          R\"page(${style})page\",
          R\"page(${script})page\"};
}

}  // namespace healthmetric::page
")
  file(COPY_FILE ${output}.new ${output} ONLY_IF_DIFFERENT)
endfunction()
