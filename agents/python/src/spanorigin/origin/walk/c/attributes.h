/* The attributes that a span has, and ours among them: what emit.attach_to_new looks at and does, in C.
 *
 * Used by on_start.h.
 */
#ifndef SPANORIGIN_ATTRIBUTES_H
#define SPANORIGIN_ATTRIBUTES_H

#include "fields.h"
#include <stdbool.h>

/* Whether the SDK's limits have room for `more` attributes of any length. 1, 0, or -1 with an error set. */
static int
has_room(PyObject *bounded, PyObject *held, Py_ssize_t more)
{
    PyObject *length = field_of(bounded, &fields.max_value_len);
    if (length == NULL) {
        return -1;
    }
    Py_DECREF(length);
    if (length != Py_None) {
        return 0;
    }
    PyObject *count = field_of(bounded, &fields.maxlen);
    if (count == NULL) {
        return -1;
    }
    Py_ssize_t most = count == Py_None ? PY_SSIZE_T_MAX : PyLong_AsSsize_t(count);
    Py_DECREF(count);
    if (most == -1 && PyErr_Occurred()) {
        return -1;
    }
    return most - PyDict_GET_SIZE(held) >= more;
}

/* Whether a name cannot be one that the program may have set itself. */
static inline bool
is_unrelated(PyObject *name, PyObject *prefixes)
{
    if (!PyUnicode_CheckExact(name) || !PyUnicode_IS_COMPACT_ASCII(name)) {
        return false;
    }
    const char *text = PyUnicode_DATA(name);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(prefixes); i++) {
        PyObject *prefix = PyTuple_GET_ITEM(prefixes, i);
        const char *start = PyUnicode_DATA(prefix);
        Py_ssize_t length = PyUnicode_GET_LENGTH(prefix);
        /* The first character tells nearly always; an empty text has a zero there. */
        if (*text == *start && PyUnicode_GET_LENGTH(name) >= length && memcmp(text, start, (size_t)length) == 0) {
            return false;
        }
    }
    return true;
}

/* Whether none of a span's names can be such a one. A starting span has a few names, and looking at them is quicker than
 * looking six up. */
static bool
all_unrelated(PyObject *held, PyObject *prefixes)
{
    PyObject *name;
#ifdef SPANORIGIN_RAW
    PyDictObject *dict = (PyDictObject *)held;
    PyDictKeysObject *keys = dict->ma_keys;
    if (dict->ma_values == NULL && DK_IS_UNICODE(keys)) {
        const PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(keys);
        for (Py_ssize_t i = 0; i < keys->dk_nentries; i++) {
            name = entries[i].me_key; /* NULL where one was taken out */
            if (name != NULL && !is_unrelated(name, prefixes)) {
                return false;
            }
        }
        return true;
    }
#endif
    Py_ssize_t position = 0;
    while (PyDict_Next(held, &position, &name, NULL)) {
        if (!is_unrelated(name, prefixes)) {
            return false;
        }
    }
    return true;
}

/* Puts a copy of `attributes` in the place of the few that a span has at its start, and those into it. Half the work of
 * adding to them: the copy is one of memory, with room in it (places.py), and theirs are fewer. Decision 0104. */
static int
put_in_place_of_held(PyObject *bounded, PyObject *held, PyObject *attributes)
{
    if (PyDict_GET_SIZE(held) > PyDict_GET_SIZE(attributes)) {
        return PyDict_Update(held, attributes);
    }
    PyObject *name, *value;
    Py_ssize_t position = 0;
    PyObject *together = PyDict_Copy(attributes);
    if (together == NULL) {
        return -1;
    }
    while (PyDict_Next(held, &position, &name, &value)) {
        if (PyDict_SetItem(together, name, value) < 0) {
            Py_DECREF(together);
            return -1;
        }
    }
    int result = field_set(bounded, &fields.dict, together);
    Py_DECREF(together);
    return result;
}

#endif
