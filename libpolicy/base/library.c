#include "base/library.h"
#include "base/err.h"
#include "base/text.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int load(const char *soname, const struct library_function *functions, size_t count)
{
    void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library)
        return err_fail(GDPOP_ERR_SYSTEM, _("a library cannot be loaded: %s"), dlerror());
    for (size_t i = count; i > 0; i--) { /* the first, by which it is known to be loaded, last */
        void *function = dlsym(library, functions[i - 1].name);
        if (!function)
            return err_fail(GDPOP_ERR_SYSTEM, _("the library %s has no function %s"), soname,
                            functions[i - 1].name);
        memcpy(functions[i - 1].pointer, &function, sizeof(function));
    }
    return 0;
}

int library_load(const char *soname, const struct library_function *functions, size_t count)
{
    void *first;
    int r = 0;
    pthread_mutex_lock(&mutex);
    memcpy(&first, functions[0].pointer, sizeof(first));
    if (!first)
        r = load(soname, functions, count);
    pthread_mutex_unlock(&mutex);
    return r;
}
