# cmake -DOUT=FILE.c -DNAME=page_style "-DIN=FILE;FILE" -P embed.cmake: the bytes of the files, one
# behind the other, as a C array, with their length and their hash as a content security policy
# writes it.
set(hex "")
foreach(file ${IN})
    file(READ ${file} more HEX)
    string(APPEND hex "${more}")
endforeach()
string(LENGTH "${hex}" digits)
math(EXPR bytes "${digits} / 2")

set(joined ${OUT}.joined)
file(WRITE ${joined} "")
foreach(file ${IN})
    file(READ ${file} text)
    file(APPEND ${joined} "${text}")
endforeach()
file(SHA256 ${joined} sum)
file(REMOVE ${joined})

# 32 bytes are ten groups of three and one of two.
set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
set(base64 "")
foreach(group RANGE 10)
    math(EXPR at "${group} * 6")
    string(SUBSTRING "${sum}00" ${at} 6 three)
    math(EXPR value "0x${three}")
    foreach(shift 18 12 6 0)
        math(EXPR place "(${value} >> ${shift}) & 63")
        string(SUBSTRING ${alphabet} ${place} 1 letter)
        string(APPEND base64 ${letter})
    endforeach()
endforeach()
string(SUBSTRING ${base64} 0 43 base64)

string(REGEX REPLACE "(..)" "0x\\1," array "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" array "${array}")
file(WRITE ${OUT} "#include \"page.h\"\n\nconst unsigned char ${NAME}[] = {\n${array}0};\n"
    "const size_t ${NAME}_bytes = ${bytes};\n")
if(NOT NAME STREQUAL page_body)
    file(APPEND ${OUT} "const char ${NAME}_hash[] = \"sha256-${base64}=\";\n")
endif()
