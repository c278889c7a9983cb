/* The extension module: its types, and stack(), by which compiled.py tests it before it is trusted.
 *
 * Included last by raw.c and public.c, which differ in their cursor and their name.
 */
#include "on_handler.h"

/* All frames of this thread as [(code, f_lasti), …], innermost first, as the module's own cursor sees them. */
static PyObject *
stack(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    struct cursor cursor;
    PyObject *frames = PyList_New(0);
    bool on_a_frame = frames != NULL && cursor_open(&cursor);
    while (on_a_frame) {
        PyObject *frame = Py_BuildValue("Oi", cursor_code(&cursor), cursor_offset(&cursor));
        if (frame == NULL || PyList_Append(frames, frame) < 0) {
            Py_XDECREF(frame);
            Py_CLEAR(frames);
            cursor_close(&cursor);
            return NULL;
        }
        Py_DECREF(frame);
        on_a_frame = cursor_step(&cursor);
    }
    return frames;
}

/* Places in code, chains and generations are counted for the process, and frames are those of one interpreter. */
static int
module_exec(PyObject *module)
{
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
        PyErr_SetString(PyExc_ImportError, "a sub-interpreter has the Python walker");
        return -1;
    }
    if (words_ready() < 0 || records_ready() < 0 || PyModule_AddType(module, &walker_type) < 0 ||
        PyModule_AddType(module, &on_start_type) < 0 || PyModule_AddType(module, &on_handler_type) < 0) {
        return -1;
    }
    return PyModule_AddStringConstant(module, "BUILT_FOR", PY_VERSION);
}

static PyMethodDef module_functions[] = {
    {"stack", stack, METH_NOARGS,
     PyDoc_STR("stack()\n--\n\nAll frames of this thread as [(code, f_lasti), ...], innermost first.")},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)module_exec},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = MODULE_NAME,
    .m_doc = PyDoc_STR("A walker in C. Chosen by spanorigin.origin.walk, set up by spanorigin.origin.walk.compiled."),
    .m_methods = module_functions,
    .m_slots = module_slots,
};
