/* Put prepared attributes on a span that others may have: after those it has, as adding to them would.
 *
 * Used by on_handler.h. A framework's instrumentation has given a request's span the same few names each time, as the very
 * same strings, when its handler is announced. So, as moulds.h does at a span's start, its dictionary is cast with ours
 * behind the names it has, and nothing is looked up or grown. Another thread may write to an open span: once the copy is
 * made, which can set off the garbage collector and with it anything, everything is looked at anew, and from there to the
 * exchange nothing lets another thread run. Raw builds only; others add one by one. Decision 0115.
 */
#ifndef SPANORIGIN_ON_OPEN_H
#define SPANORIGIN_ON_OPEN_H

#include "on_start.h"

struct opener {
    struct on_start *door; /* knows how to attach one by one */
    PyObject *lock_type;   /* the interpreter's own lock … */
    PyCFunction locked;    /* … and what its method of that name runs, if known: calling the method takes 200 instructions more */
#ifdef SPANORIGIN_RAW
    struct mould moulds[MOULDS];
#endif
};

/* The C function behind a type's method without arguments; NULL when it is none. */
static PyCFunction
function_of_method(PyObject *type, PyObject *name)
{
    PyObject *method = PyType_Check(type) ? PyObject_GetAttr(type, name) : NULL;
    PyCFunction function = NULL;
    if (method != NULL && Py_IS_TYPE(method, &PyMethodDescr_Type)) {
        PyMethodDef *definition = ((PyMethodDescrObject *)method)->d_method;
        bool is_plain = (definition->ml_flags & (METH_VARARGS | METH_NOARGS | METH_O | METH_FASTCALL)) == METH_NOARGS;
        function = is_plain ? definition->ml_meth : NULL;
    }
    Py_XDECREF(method);
    PyErr_Clear();
    return function;
}

/* Whether a request's open entry span is in nobody's hands: not ended, and its attributes not being written at this
 * moment by another thread. Nothing below lets another thread run, so what holds here holds until we are done. */
static int
is_free(struct opener *self, PyObject *span, PyObject *bounded)
{
    PyObject *ended = field_of(span, &fields.end_time);
    if (ended == NULL) {
        return -1;
    }
    Py_DECREF(ended);
    if (ended != Py_None) {
        return 0;
    }
    PyObject *lock = field_of(bounded, &fields.lock);
    if (lock == NULL) {
        return -1;
    }
    int result = 0;
    if ((PyObject *)Py_TYPE(lock) == self->lock_type) {
        PyObject *locked =
            self->locked != NULL ? self->locked(lock, NULL) : PyObject_CallMethodNoArgs(lock, words.locked);
        result = locked == NULL ? -1 : locked == Py_False;
        Py_XDECREF(locked);
    }
    Py_DECREF(lock);
    return result;
}

static int
attach_one_by_one(struct opener *self, PyObject *span, PyObject *bounded, PyObject *attributes)
{
    int done = is_free(self, span, bounded);
    return done == 1 ? attach_directly(self->door, span, attributes) : done;
}

#ifdef SPANORIGIN_RAW

/* Whether `both` begins with exactly these names, by identity, and has as many more as ours are. */
static inline bool
begins_with(PyObject *both, PyObject *attributes, const PyDictUnicodeEntry *theirs, Py_ssize_t count)
{
    const PyDictUnicodeEntry *places = entries_of(both);
    if (places == NULL || PyDict_GET_SIZE(both) != PyDict_GET_SIZE(attributes) + count) {
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        if (places[i].me_key != theirs[i].me_key || PyType_IS_GC(Py_TYPE(theirs[i].me_value))) {
            return false;
        }
    }
    return true;
}

/* A new reference to the dictionary to cast an open span's attributes from; NULL without an error when there is none. */
static inline PyObject *
open_mould(struct mould *moulds, PyObject *held, PyObject *attributes)
{
    const PyDictUnicodeEntry *theirs = entries_of(held);
    if (theirs == NULL || PyDict_GET_SIZE(held) == 0) {
        return NULL;
    }
    struct mould *mould = mould_for(moulds, attributes, theirs[0].me_key);
    bool is_fit = mould->attributes == attributes &&
                  begins_with(mould->both, attributes, theirs, PyDict_GET_SIZE(held));
    if (!is_fit) {
        return NULL;
    }
    mould->misfits = 0;
    mould->was_of_use = true;
    return Py_NewRef(mould->both);
}

/* Puts `together`, a copy of a mould, with the values of `held` into the place of `held`. 1 when done, 0 when `held` is no
 * longer what the mould was for, -1 with an error set. */
static inline int
exchange(PyObject *bounded, PyObject *held, PyObject *together, PyObject *attributes)
{
    PyObject *now = field_of(bounded, &fields.dict);
    if (now == NULL) {
        return -1;
    }
    Py_DECREF(now); /* compared below, never used */
    Py_ssize_t count = PyDict_GET_SIZE(held);
    const PyDictUnicodeEntry *theirs = entries_of(held);
    if (now != held || theirs == NULL || !begins_with(together, attributes, theirs, count)) {
        return 0;
    }
    PyDictUnicodeEntry *places = entries_of(together);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_INCREF(theirs[i].me_value);
        Py_SETREF(places[i].me_value, theirs[i].me_value);
    }
    return field_set(bounded, &fields.dict, together) < 0 ? -1 : 1;
}

/* Remembers what the attributes of a span look like now that ours stand behind its first `count`. */
static void
make_open_mould(struct opener *self, PyObject *held, PyObject *attributes, Py_ssize_t count)
{
    const PyDictUnicodeEntry *entries = entries_of(held);
    if (count == 0 || entries == NULL) {
        return;
    }
    struct mould *mould = mould_for(self->moulds, attributes, entries[0].me_key);
    if (mould->attributes != NULL && mould->misfits++ < mould->patience) {
        return;
    }
    bool goes_on_in_vain = mould->attributes != NULL && !mould->was_of_use;
    int patience = goes_on_in_vain ? mould->patience * 2 : LEAST_PATIENCE;
    PyObject *both = PyDict_Copy(held);
    if (both == NULL) {
        PyErr_Clear(); /* no memory: the longer way needs none of ours */
        return;
    }
    PyDictUnicodeEntry *places = entries_of(both);
    const PyDictUnicodeEntry *ours = entries_of(attributes);
    bool is_fit = places != NULL && ours != NULL && PyDict_GET_SIZE(both) == PyDict_GET_SIZE(attributes) + count;
    for (Py_ssize_t i = 0; is_fit && i < PyDict_GET_SIZE(attributes); i++) {
        is_fit = places[count + i].me_key == ours[i].me_key && places[count + i].me_value == ours[i].me_value;
    }
    for (Py_ssize_t i = 0; is_fit && i < count; i++) {
        is_fit = is_unrelated(places[i].me_key, self->door->prefixes);
    }
    if (!is_fit) {
        Py_DECREF(both);
        return;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_SETREF(places[i].me_value, Py_NewRef(Py_None));
    }
    Py_INCREF(attributes);
    Py_XSETREF(mould->attributes, attributes);
    Py_XSETREF(mould->both, both);
    mould->misfits = 0;
    mould->patience = patience < MOST_PATIENCE ? patience : MOST_PATIENCE;
    mould->was_of_use = false;
}

/* For a span whose attributes look as another's did. The rest as attach_unless_written. */
static int
cast_on_open(struct opener *self, PyObject *span, PyObject *bounded, PyObject *held, PyObject *attributes)
{
    PyObject *mould = open_mould(self->moulds, held, attributes);
    if (mould == NULL) {
        return 0;
    }
    PyObject *together = PyDict_Copy(mould);
    Py_DECREF(mould);
    int done = together == NULL ? -1 : has_room(bounded, held, PyDict_GET_SIZE(attributes));
    if (done == 1) {
        done = is_free(self, span, bounded);
    }
    if (done == 1) {
        done = exchange(bounded, held, together, attributes);
    }
    Py_XDECREF(together);
    return done;
}

/* For a span without any yet, whose names need no look. Into an empty dictionary the interpreter copies another as it lies. */
static inline int
fill(struct opener *self, PyObject *span, PyObject *bounded, PyObject *held, PyObject *attributes)
{
    int done = has_room(bounded, held, PyDict_GET_SIZE(attributes));
    if (done == 1) {
        done = is_free(self, span, bounded);
    }
    return done == 1 && PyDict_Update(held, attributes) < 0 ? -1 : done;
}

/* Attaches if no other thread is writing at this moment. 1 when done, 0 when not, -1 with an error set. */
static int
attach_unless_written(struct opener *self, PyObject *span, PyObject *bounded, PyObject *attributes)
{
    PyObject *held = field_of(bounded, &fields.dict);
    if (held == NULL) {
        return -1;
    }
    int done = 0;
    if (PyDict_CheckExact(held) && PyDict_CheckExact(attributes) && PyDict_GET_SIZE(held) == 0) {
        done = fill(self, span, bounded, held, attributes);
    }
    else if (PyDict_CheckExact(held) && PyDict_CheckExact(attributes)) {
        done = cast_on_open(self, span, bounded, held, attributes);
        if (done == 0) {
            Py_ssize_t count = PyDict_GET_SIZE(held);
            done = attach_one_by_one(self, span, bounded, attributes);
            if (done == 1) {
                make_open_mould(self, held, attributes, count);
            }
        }
    }
    Py_DECREF(held);
    return done;
}

#else

static int
attach_unless_written(struct opener *self, PyObject *span, PyObject *bounded, PyObject *attributes)
{
    return attach_one_by_one(self, span, bounded, attributes);
}

#endif

#endif
