/* libpolicy/base/zh_CN.po as GNU MO, built in (base.cmake). */
#ifndef GDPOP_BASE_CATALOGUE_H
#define GDPOP_BASE_CATALOGUE_H

extern const unsigned char text_catalogue[];

#endif
