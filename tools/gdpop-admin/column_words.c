#include "column_words.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The first of each row is what the lists of this program show. */
static const struct {
    const char *param, *word;
    const char *chinese; /* joined by '|' */
} rows[] = {
    {"level", "province", "省|省级|自治区|直辖市"},
    {"level", "city", "市|市级|地市级|地级市|地级以上市"},
    {"level", "county", "县|县级|区|区级|区县级|县区级|县市区级|县(市、区)级"},
    {"level", "town", "镇|镇级|乡|乡级|乡镇级|街道|镇街|镇街级"},
    {"level", "village", "村|村级|社区|居委会|村居|村(居)"},
    {"document-type", "resident", "居民身份证|身份证|二代身份证|第二代身份证"},
    {"document-type", "residence-permit", "港澳台居民居住证|居住证"},
    {"document-type", "hkm-permit", "港澳居民来往内地通行证|港澳通行证|回乡证"},
    {"document-type", "tw-permit", "台湾居民来往大陆通行证|台胞证"},
    {"document-type", "foreign-permit", "外国人永久居留身份证|外国人永久居留证"},
    {"document-type", "passport", "护照"},
    {"staff", "permanent", "在编|在编人员|编内|正式|正式人员|正式职工"},
    {"staff", "temporary", "临时|临时人员|临聘|临聘人员|编外|编外人员"},
    {"staff", "seconded", "借调|借调人员|借用"},
    {"staff", "vendor", "运维厂商|厂商|厂商人员|运维人员|运维单位人员"},
};

static bool stands_in(const char *value, const char *list)
{
    size_t len = strlen(value);
    for (const char *at = list; len > 0 && at; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, value, len) == 0 && (at[len] == '|' || at[len] == '\0'))
            return true;
    }
    return false;
}

const char *column_word(const char *param, const char *value)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].param, param) == 0 && stands_in(value, rows[i].chinese))
            return rows[i].word;
    return value;
}
