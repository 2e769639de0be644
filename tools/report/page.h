/* The fixed parts of the page, embedded at build time, and the hashes that the page's content
 * security policy names ('sha256-…'). */
#ifndef GDPOP_REPORT_PAGE_H
#define GDPOP_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char page_style[], page_body[], page_charts[], page_script[];
extern const size_t page_style_bytes, page_body_bytes, page_charts_bytes, page_script_bytes;
extern const char page_style_hash[], page_charts_hash[], page_script_hash[];

#endif
