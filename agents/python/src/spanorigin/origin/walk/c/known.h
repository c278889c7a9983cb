/* What goes on a request's span for its handler: the recorder's answers, found without making a key.
 *
 * Used by on_handler.h. EntryRecorder keeps its answers in a dictionary by identity and verb. A key for it is a number and a
 * tuple, made and hashed for each request; so what was found last is also kept in a small table, by the handler's address.
 * An address alone tells nothing: the answer's weak reference says whether it is still the one. Decision 0115.
 */
#ifndef SPANORIGIN_KNOWN_H
#define SPANORIGIN_KNOWN_H

#include <Python.h>
#include <stdbool.h>

enum { SEEN = 64 };

/* What was found in the answers last for a handler and a verb, so that most are found without a key being made. */
struct seen {
    void *handler;   /* never followed, only compared; the weak reference says whether it is still the one */
    PyObject *verb;  /* a string, or None */
    PyObject *known; /* (weak reference, (attributes, …)) */
};

struct known {
    PyObject *answers; /* EntryRecorder._answers: (identity, verb) -> (weak reference, (attributes, …)) */
    struct seen seen[SEEN];
};

static bool
is_alive_as(PyObject *reference, PyObject *thing)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *found;
    if (!PyWeakref_Check(reference) || PyWeakref_GetRef(reference, &found) < 1) {
        return false;
    }
    Py_DECREF(found);
    return found == thing;
#else
    return PyWeakref_Check(reference) && PyWeakref_GET_OBJECT(reference) == thing;
#endif
}

static inline struct seen *
place_of(struct known *self, PyObject *handler, PyObject *verb)
{
    uint64_t hash = (uint64_t)(uintptr_t)handler;
    if (PyUnicode_CheckExact(verb) && PyUnicode_IS_COMPACT_ASCII(verb)) {
        /* Its length and first letter tell HTTP's verbs apart; an empty text has a zero there. */
        hash ^= (uint64_t)(PyUnicode_GET_LENGTH(verb) << 8 | *(const unsigned char *)PyUnicode_DATA(verb)) << 40;
    }
    return &self->seen[(hash * UINT64_C(0x9E3779B97F4A7C15)) >> 58];
}

/* A server makes the string anew for each request, so it is compared by its text. */
static inline bool
is_same_verb(PyObject *seen, PyObject *verb)
{
    return seen == verb ||
           (PyUnicode_CheckExact(verb) && PyUnicode_CheckExact(seen) && PyUnicode_Compare(seen, verb) == 0);
}

static void
see(struct seen *seen, PyObject *handler, PyObject *verb, PyObject *known)
{
    struct seen before = *seen;
    /* Whatever else the program might give for a verb would be kept alive. */
    bool is_plain = verb == Py_None || PyUnicode_CheckExact(verb);
    seen->handler = is_plain ? handler : NULL;
    seen->verb = is_plain ? Py_NewRef(verb) : NULL;
    seen->known = is_plain ? Py_NewRef(known) : NULL;
    Py_XDECREF(before.verb);
    Py_XDECREF(before.known);
}

/* What goes on the span for this handler; NULL, with or without an error, when Python has to find it. */
static PyObject *
known_attributes(struct known *self, PyObject *handler, PyObject *verb)
{
    if (Py_TYPE(handler) == &PyMethod_Type) {
        handler = PyMethod_GET_FUNCTION(handler);
    }
    struct seen *seen = place_of(self, handler, verb);
    if (seen->handler == handler && is_same_verb(seen->verb, verb) &&
        is_alive_as(PyTuple_GET_ITEM(seen->known, 0), handler)) {
        return Py_NewRef(PyTuple_GET_ITEM(PyTuple_GET_ITEM(seen->known, 1), 0));
    }
    PyObject *identity = PyLong_FromVoidPtr(handler);
    PyObject *key = identity == NULL ? NULL : PyTuple_Pack(2, identity, verb);
    Py_XDECREF(identity);
    if (key == NULL) {
        return NULL;
    }
    PyObject *known = PyDict_GetItemWithError(self->answers, key);
    Py_DECREF(key);
    if (known == NULL || !PyTuple_CheckExact(known) || PyTuple_GET_SIZE(known) != 2 ||
        !is_alive_as(PyTuple_GET_ITEM(known, 0), handler)) {
        return NULL;
    }
    PyObject *answer = PyTuple_GET_ITEM(known, 1);
    if (!PyTuple_CheckExact(answer) || PyTuple_GET_SIZE(answer) != 2) {
        return NULL; /* a refusal, which Python counts */
    }
    PyObject *attributes = Py_NewRef(PyTuple_GET_ITEM(answer, 0));
    see(seen, handler, verb, known);
    return attributes;
}

static int
known_traverse(struct known *self, visitproc visit, void *arg)
{
    Py_VISIT(self->answers);
    for (int i = 0; i < SEEN; i++) {
        Py_VISIT(self->seen[i].known);
    }
    return 0;
}

static void
known_clear(struct known *self)
{
    Py_CLEAR(self->answers);
    for (int i = 0; i < SEEN; i++) {
        self->seen[i].handler = NULL;
        Py_CLEAR(self->seen[i].verb);
        Py_CLEAR(self->seen[i].known);
    }
}

#endif
