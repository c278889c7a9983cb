/* Remembers entry spans as they start: OpenEntries.opened of serving.py, for the usual case.
 *
 * Hardly one is ever asked for, so the newest wait in a queue, as weak references and nothing else: most have been
 * collected by the time they are pushed out of it. What is still there then, and all of it before Python looks, goes into
 * the table by trace. A trace that is known already, spans in another layout, and a sweep that finds many requests open go
 * to Python, where the rules are. What is added here is added in one step under the interpreter's lock. Decision 0115.
 */
#ifndef SPANORIGIN_ENTRIES_H
#define SPANORIGIN_ENTRIES_H

#include "fields.h"
#include <stdbool.h>

enum { NEWEST = 256 };

struct entries {
    PyObject *newest[NEWEST]; /* weak references; the last of `waiting` is before `next` */
    unsigned int next, waiting;
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
    PyObject *parent = field_of(span, &fields.span_parent);
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

/* Puts a span into the table. 0, or -1 with an error set. */
static int
enter_by_trace(struct entries *self, PyObject *span)
{
    int result = is_local_root(self, span);
    if (result == 1 && PyDict_GET_SIZE(self->by_trace) >= self->limit) {
        result = sweep_dead(self);
    }
    if (result != 1) {
        return result < 0 ? -1 : ask_python(self, span);
    }
    PyObject *context = field_of(span, &fields.span_context);
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

/* Takes the oldest out of the queue and, if it has not been collected, puts it into the table. Something of other people's
 * may run meanwhile, so it is out before. 0, or -1 with an error set. */
static int
hand_over_oldest(struct entries *self)
{
    unsigned int oldest = (self->next - self->waiting) % NEWEST;
    PyObject *reference = self->newest[oldest];
    self->newest[oldest] = NULL;
    self->waiting--;
    int result = 0;
    if (!is_dead(reference)) {
#if PY_VERSION_HEX >= 0x030D0000
        PyObject *span;
        if (PyWeakref_GetRef(reference, &span) < 0) {
            span = NULL;
            result = -1;
        }
#else
        PyObject *span = Py_NewRef(PyWeakref_GET_OBJECT(reference));
#endif
        if (span != NULL) {
            result = enter_by_trace(self, span);
            Py_DECREF(span);
        }
    }
    Py_DECREF(reference);
    return result;
}

/* Has Python know of all. 0, or -1 with an error set. */
static int
hand_over_all(struct entries *self)
{
    /* Not until there are none: what starts meanwhile in other threads need not be waited for. */
    for (unsigned int i = self->waiting; i > 0 && self->waiting > 0; i--) {
        if (hand_over_oldest(self) < 0) {
            return -1;
        }
    }
    return 0;
}

/* 0, or -1 with an error set. */
static inline int
remember_entry(struct entries *self, PyObject *span)
{
    PyObject *reference = PyWeakref_NewRef(span, NULL);
    if (reference == NULL) {
        return -1;
    }
    int result = self->waiting == NEWEST ? hand_over_oldest(self) : 0;
    if (self->waiting == NEWEST) {
        Py_DECREF(reference); /* others started while that one was handed over */
        return result < 0 ? -1 : enter_by_trace(self, span);
    }
    self->newest[self->next] = reference;
    self->next = (self->next + 1) % NEWEST;
    self->waiting++;
    return result;
}

static void
entries_clear(struct entries *self)
{
    while (self->waiting > 0) {
        unsigned int oldest = (self->next - self->waiting) % NEWEST;
        self->waiting--;
        Py_CLEAR(self->newest[oldest]);
    }
    Py_CLEAR(self->by_trace);
    Py_CLEAR(self->opened);
    Py_CLEAR(self->context_type);
}

#endif
