/* The quickest walker: over the interpreter's own frames, for which no objects are made.
 *
 * Reads a layout that CPython keeps to itself and changes from one minor version to the next. So it is built only for
 * versions it was tested on, against their own headers, and compiled.py compares what it sees with sys._getframe
 * before it is used. Decision 0070.
 */
#define PY_SSIZE_T_CLEAN
#define Py_BUILD_CORE_MODULE 1
#include <Python.h>

#if PY_VERSION_HEX < 0x030B0000 || PY_VERSION_HEX >= 0x030E0000
#error "The frames of this CPython are not known here; 3.11, 3.12 and 3.13 are. public.c serves the others."
#endif

#ifdef __GNUC__ /* the warnings of these are for those who wrote them */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#endif
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_object.h>
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif

#define SPANORIGIN_RAW
#define MODULE_NAME "_raw"
#include "module.h"

PyMODINIT_FUNC
PyInit__raw(void)
{
    return PyModuleDef_Init(&module_definition);
}
