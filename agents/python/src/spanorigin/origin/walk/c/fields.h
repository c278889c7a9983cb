/* Read an attribute of the SDK's objects at the price of a memory access.
 *
 * Used by on_start.h and on_handler.h. An instance of a plain Python class keeps its attributes as the interpreter does: an
 * array of values, at places that the class gives out at first use and never changes. Where raw.c knows that layout, a field
 * remembers the place for as long as the class stays as it was (by the version that the interpreter itself goes by), and a
 * value is read there. In every other case the attribute is asked for in the usual way, which costs about 20 ns.
 * Decision 0104.
 */
#ifndef SPANORIGIN_FIELDS_H
#define SPANORIGIN_FIELDS_H

#include "words.h"

struct field {
    PyObject **name;
    PyTypeObject *type; /* never followed, only compared; the version makes it safe */
    unsigned int version;
    Py_ssize_t place;
};

static struct {
    struct field kind, attributes, dict, maxlen, max_value_len, span_parent, span_context, end_time, lock;
} fields = {
    .kind = {.name = &words.kind},
    .attributes = {.name = &words.attributes},
    .dict = {.name = &words.dict},
    .maxlen = {.name = &words.maxlen},
    .max_value_len = {.name = &words.max_value_len},
    .span_parent = {.name = &words.span_parent},
    .span_context = {.name = &words.span_context},
    .end_time = {.name = &words.end_time},
    .lock = {.name = &words.lock},
};

#ifdef SPANORIGIN_RAW

/* The values of an instance; NULL when it keeps a dictionary instead. */
static inline PyObject **
values_of(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030D0000
    if (!(Py_TYPE(object)->tp_flags & Py_TPFLAGS_INLINE_VALUES)) {
        return NULL;
    }
    PyDictValues *values = _PyObject_InlineValues(object);
    return values->valid ? values->values : NULL;
#elif PY_VERSION_HEX >= 0x030C0000
    PyDictOrValues held = *_PyObject_DictOrValuesPointer(object);
    return _PyDictOrValues_IsValues(held) ? _PyDictOrValues_GetValues(held)->values : NULL;
#else
    PyDictValues *values = *_PyObject_ValuesPointer(object);
    return values == NULL ? NULL : values->values;
#endif
}

/* Finds the place of a field in instances of a class, if reading it there is what asking for the attribute does. */
static void
field_learn(struct field *field, PyTypeObject *type)
{
    field->type = NULL;
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || !(type->tp_flags & Py_TPFLAGS_MANAGED_DICT) ||
        type->tp_getattro != PyObject_GenericGetAttr || _PyType_Lookup(type, *field->name) != NULL ||
        type->tp_version_tag == 0) {
        return; /* a property or a method of that name comes first; or the class is one that says when it changes */
    }
    PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
    if (keys == NULL || !DK_IS_UNICODE(keys)) {
        return;
    }
    for (Py_ssize_t place = 0; place < keys->dk_nentries; place++) {
        if (DK_UNICODE_ENTRIES(keys)[place].me_key == *field->name) { /* both interned */
            field->type = type;
            field->version = type->tp_version_tag;
            field->place = place;
            return;
        }
    }
}

/* A new reference; NULL with an error set when there is no such attribute. */
static inline PyObject *
field_of(PyObject *object, struct field *field)
{
    PyTypeObject *type = Py_TYPE(object);
    if (type != field->type || type->tp_version_tag != field->version) {
        field_learn(field, type);
    }
    if (type == field->type) {
        PyObject **values = values_of(object);
        if (values != NULL && values[field->place] != NULL) {
            return Py_NewRef(values[field->place]);
        }
    }
    return PyObject_GetAttr(object, *field->name);
}

/* Puts another value where one is. Steals nothing; -1 with an error set. */
static inline int
field_set(PyObject *object, struct field *field, PyObject *value)
{
    PyTypeObject *type = Py_TYPE(object);
    if (type == field->type && type->tp_version_tag == field->version) {
        PyObject **values = values_of(object);
#if PY_VERSION_HEX >= 0x030D0000
        if (values != NULL && _PyObject_GetManagedDict(object) != NULL) {
            values = NULL; /* a dictionary shows them too, and wants to be told */
        }
#endif
        if (values != NULL && values[field->place] != NULL) {
            Py_INCREF(value);
            Py_SETREF(values[field->place], value);
            return 0;
        }
    }
    return PyObject_SetAttr(object, *field->name, value);
}

#else

static inline PyObject *
field_of(PyObject *object, struct field *field)
{
    return PyObject_GetAttr(object, *field->name);
}

static inline int
field_set(PyObject *object, struct field *field, PyObject *value)
{
    return PyObject_SetAttr(object, *field->name, value);
}

#endif

#endif
