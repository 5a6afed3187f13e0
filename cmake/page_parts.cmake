# Makes a source of the files of a page: cmake -DHTML=… -DSTYLE=… -DSCRIPTS=…;… -DOUTPUT=… -P page_parts.cmake
set(script "\n")
foreach(file ${SCRIPTS})
  file(READ ${file} text)
  string(APPEND script "${text}\n")
endforeach()
file(READ ${HTML} html)
file(READ ${STYLE} style)

foreach(part html style script)
  if("${${part}}" MATCHES "[)]page\"")
    message(FATAL_ERROR "the ${part} of the page has what ends a raw string: )page\"")
  endif()
endforeach()

file(WRITE ${OUTPUT} "#include \"receiver/page/page_text.hpp\"

namespace healthmetric::page {

PageParts built_in_parts() {
  return {R\"page(${html})page\",
          R\"page(${style})page\",
          R\"page(${script})page\"};
}

}  // namespace healthmetric::page
")
