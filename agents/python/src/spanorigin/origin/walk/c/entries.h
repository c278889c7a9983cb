/* Remembers entry spans as they start: OpenEntries.opened of serving.py, for the usual case.
 *
 * A trace that is known already, spans in another layout, and a sweep that finds many requests open go to Python, where
 * the rules are.
 * What is added here is added in one step under the interpreter's lock.
 */
#ifndef SPANORIGIN_ENTRIES_H
#define SPANORIGIN_ENTRIES_H

#include "words.h"
#include <stdbool.h>

struct entries {
    PyObject *by_trace;     /* OpenEntries.by_trace: trace -> weak reference */
    PyObject *opened;       /* OpenEntries.opened: (span) -> the number of traces at which to ask it again */
    PyObject *context_type; /* the SDK's SpanContext, a tuple */
    Py_ssize_t limit;
};

enum { TRACE_ID, SPAN_ID, IS_REMOTE };

/* An item of a span's context, borrowed; NULL without an error when the context is of another make. */
static PyObject *
item_of_context(struct entries *self, PyObject *context, Py_ssize_t item)
{
    if ((PyObject *)Py_TYPE(context) != self->context_type || !PyTuple_Check(context) ||
        PyTuple_GET_SIZE(context) <= IS_REMOTE) {
        return NULL;
    }
    return PyTuple_GET_ITEM(context, item);
}

/* 1 when it is a local root, 0 when not or when Python has to tell, -1 with an error set. */
static int
is_local_root(struct entries *self, PyObject *span)
{
    PyObject *parent = PyObject_GetAttr(span, words.span_parent);
    if (parent == NULL) {
        return -1;
    }
    int result = parent == Py_None || item_of_context(self, parent, IS_REMOTE) == Py_True;
    Py_DECREF(parent);
    return result;
}

static bool
is_dead(PyObject *reference)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *thing = NULL;
    bool result = PyWeakref_CheckRef(reference) && PyWeakref_GetRef(reference, &thing) == 0;
    Py_XDECREF(thing);
    return result;
#else
    return PyWeakref_CheckRef(reference) && PyWeakref_GET_OBJECT(reference) == Py_None;
#endif
}

/* Takes out the traces whose span has been collected, if that is half of them or more, as it usually is. 1 when done, 0
 * when nothing was, -1 with an error set. */
static int
sweep_dead(struct entries *self)
{
    PyObject *dead = PyList_New(0);
    if (dead == NULL) {
        return -1;
    }
    PyObject *trace_id, *held;
    Py_ssize_t position = 0;
    int result = 0;
    while (result == 0 && PyDict_Next(self->by_trace, &position, &trace_id, &held)) {
        result = is_dead(held) ? PyList_Append(dead, trace_id) : 0;
    }
    bool is_worth_it = 2 * PyList_GET_SIZE(dead) >= PyDict_GET_SIZE(self->by_trace);
    for (Py_ssize_t i = 0; is_worth_it && result == 0 && i < PyList_GET_SIZE(dead); i++) {
        result = PyDict_DelItem(self->by_trace, PyList_GET_ITEM(dead, i));
    }
    Py_DECREF(dead);
    return result < 0 ? -1 : is_worth_it && self->limit > 0;
}

static int
ask_python(struct entries *self, PyObject *span)
{
    PyObject *limit = PyObject_CallOneArg(self->opened, span);
    if (limit == NULL) {
        return -1;
    }
    Py_ssize_t at = PyLong_AsSsize_t(limit);
    Py_DECREF(limit);
    if (at == -1 && PyErr_Occurred()) {
        return -1;
    }
    self->limit = at;
    return 0;
}

/* 0, or -1 with an error set. */
static int
remember_entry(struct entries *self, PyObject *span)
{
    int result = is_local_root(self, span);
    if (result == 1 && PyDict_GET_SIZE(self->by_trace) >= self->limit) {
        result = sweep_dead(self);
    }
    if (result != 1) {
        return result < 0 ? -1 : ask_python(self, span);
    }
    PyObject *context = PyObject_GetAttr(span, words.span_context);
    if (context == NULL) {
        return -1;
    }
    PyObject *trace_id = item_of_context(self, context, TRACE_ID);
    PyObject *reference = trace_id == NULL ? NULL : PyWeakref_NewRef(span, NULL);
    if (reference == NULL) {
        result = PyErr_Occurred() ? -1 : ask_python(self, span);
    }
    else {
        PyObject *held = PyDict_SetDefault(self->by_trace, trace_id, reference);
        result = held == NULL ? -1 : held == reference ? 0 : ask_python(self, span);
        Py_DECREF(reference);
    }
    Py_DECREF(context);
    return result;
}

#endif
