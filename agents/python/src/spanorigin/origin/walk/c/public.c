/* The walker for any CPython from 3.10 on: over frame objects, through CPython's public frame API. Decision 0070. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define MODULE_NAME "_public"
#include "module.h"

PyMODINIT_FUNC
PyInit__public(void)
{
    return PyModuleDef_Init(&module_definition);
}
