/* Remember what the attributes of a starting span look like once ours are among them: a mould for each set of names.
 *
 * Used by on_start.h, raw builds only. An instrumentation gives its spans the same few names each time, as the very same
 * strings. So the dictionary of a span from a known line is cast, as one copy of memory, with the span's own values
 * written into their places; nothing is looked up, compared by its text or grown. Whatever differs in the least goes the
 * longer way through attributes.h, which also finds out whether the names are fit for a mould. Decision 0104.
 */
#ifndef SPANORIGIN_MOULDS_H
#define SPANORIGIN_MOULDS_H

#include "attributes.h"

#ifdef SPANORIGIN_RAW

enum { MOULDS = 256, LEAST_PATIENCE = 4, MOST_PATIENCE = 4096 };

struct mould {
    PyObject *attributes; /* ours, as the walker keeps them; known by identity */
    PyObject *both;       /* ours, then the span's names with None for each value */
    int misfits;          /* since it was last of use … */
    int patience;         /* … and how many of them until another takes its place */
    bool was_of_use;
};

/* The entries of a dictionary without holes and with strings for names, in their order; NULL of any other. */
static inline PyDictUnicodeEntry *
entries_of(PyObject *dict)
{
    PyDictObject *held = (PyDictObject *)dict;
    PyDictKeysObject *keys = held->ma_keys;
    bool is_plain = held->ma_values == NULL && DK_IS_UNICODE(keys) && keys->dk_nentries == held->ma_used;
    return is_plain ? DK_UNICODE_ENTRIES(keys) : NULL;
}

static inline struct mould *
mould_for(struct mould *moulds, PyObject *attributes, PyObject *first_name)
{
    uint64_t hash = (uint64_t)(uintptr_t)attributes ^ ((uint64_t)(uintptr_t)first_name << 7);
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return &moulds[hash >> 56];
}

/* Whether the mould is for ours and for exactly these names, by identity. Values that the garbage collector minds do not
 * fit: a dictionary that holds some has to be known to it. */
static inline bool
fits(struct mould *mould, PyObject *attributes, const PyDictUnicodeEntry *theirs, Py_ssize_t count)
{
    if (mould->attributes != attributes || PyDict_GET_SIZE(mould->both) != PyDict_GET_SIZE(attributes) + count) {
        return false;
    }
    const PyDictUnicodeEntry *places = entries_of(mould->both) + PyDict_GET_SIZE(attributes);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (places[i].me_key != theirs[i].me_key || PyType_IS_GC(Py_TYPE(theirs[i].me_value))) {
            return false;
        }
    }
    return true;
}

/* 1 when the span has got its attributes, 0 when there is no mould for them, -1 with an error set. */
static inline int
cast(struct mould *moulds, PyObject *bounded, PyObject *held, PyObject *attributes)
{
    Py_ssize_t count = PyDict_GET_SIZE(held);
    const PyDictUnicodeEntry *theirs = entries_of(held);
    if (count == 0 || theirs == NULL) {
        return 0;
    }
    struct mould *mould = mould_for(moulds, attributes, theirs[0].me_key);
    if (!fits(mould, attributes, theirs, count)) {
        return 0;
    }
    /* Held, as the copy may start the garbage collector, and another thread may put another mould in this place then. */
    PyObject *both = Py_NewRef(mould->both);
    PyObject *together = PyDict_Copy(both);
    Py_DECREF(both);
    if (together == NULL) {
        return -1;
    }
    PyDictUnicodeEntry *places = entries_of(together);
    if (places == NULL) {
        Py_DECREF(together);
        return 0;
    }
    places += PyDict_GET_SIZE(attributes);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_INCREF(theirs[i].me_value);
        Py_SETREF(places[i].me_value, theirs[i].me_value);
    }
    int result = field_set(bounded, &fields.dict, together);
    Py_DECREF(together);
    mould->misfits = 0;
    mould->was_of_use = true;
    return result < 0 ? -1 : 1;
}

/* A dictionary of ours and of their names, the values of which are None; NULL, with or without an error, when it is not
 * one to cast from. */
static PyObject *
both_of(PyObject *attributes, const PyDictUnicodeEntry *theirs, Py_ssize_t count)
{
    PyObject *both = PyDict_New();
    if (both == NULL || PyDict_Update(both, attributes) < 0) {
        Py_XDECREF(both);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = theirs[i].me_key;
        if (!PyUnicode_CheckExact(name) || PyDict_SetItem(both, name, Py_None) < 0) {
            Py_DECREF(both);
            return NULL;
        }
    }
    if (entries_of(both) == NULL || PyDict_GET_SIZE(both) != PyDict_GET_SIZE(attributes) + count) {
        Py_CLEAR(both);
    }
    return both;
}

/* Makes a mould of attributes that went the longer way, in the place of one that has not been of use for a while. Names
 * that are strings made anew for each span never fit again: the less one was of use, the longer the next one stays. */
static void
make_mould(struct mould *moulds, PyObject *held, PyObject *attributes)
{
    Py_ssize_t count = PyDict_GET_SIZE(held);
    const PyDictUnicodeEntry *theirs = entries_of(held);
    if (count == 0 || theirs == NULL) {
        return;
    }
    struct mould *mould = mould_for(moulds, attributes, theirs[0].me_key);
    if (mould->attributes != NULL && mould->misfits++ < mould->patience) {
        return;
    }
    bool goes_on_in_vain = mould->attributes != NULL && !mould->was_of_use;
    int patience = goes_on_in_vain ? mould->patience * 2 : LEAST_PATIENCE;
    PyObject *both = both_of(attributes, theirs, count);
    if (both == NULL) {
        PyErr_Clear(); /* no memory: the longer way needs none of ours */
        return;
    }
    Py_INCREF(attributes);
    Py_XSETREF(mould->attributes, attributes);
    Py_XSETREF(mould->both, both);
    mould->misfits = 0;
    mould->patience = patience < MOST_PATIENCE ? patience : MOST_PATIENCE;
    mould->was_of_use = false;
}

static void
moulds_clear(struct mould *moulds)
{
    for (int i = 0; i < MOULDS; i++) {
        Py_CLEAR(moulds[i].attributes);
        Py_CLEAR(moulds[i].both);
    }
}

#endif

#endif
