/* The type OnHandler: EntryRecorder.on_handler for the usual case, without a Python frame of ours.
 *
 * Made by compiled.py where the SDK keeps its spans and its current context in the known layout. It serves a handler that
 * was seen before, whose turn comes while the request's own SERVER or CONSUMER span is current. Whatever is less usual
 * goes to `otherwise`, which is on_handler in Python, where the rules are.
 */
#ifndef SPANORIGIN_ON_HANDLER_H
#define SPANORIGIN_ON_HANDLER_H

#include "known.h"
#include "on_open.h"

struct on_handler {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *otherwise; /* on_handler in Python */
    PyObject *context;   /* the SDK's ContextVar */
    PyObject *span_key;  /* where its contexts hold the current span */
    PyObject *server;    /* the kinds of span that get an entry origin */
    PyObject *consumer;
    PyObject *marks;     /* tuple: names that a span with an entry origin of ours has, all of them */
    struct known known;
    struct opener opener;
};

/* The value under a name, borrowed; NULL, with or without an error, when there is none. A context has one or two, under names
 * that are always the same strings. */
static inline PyObject *
value_in(PyObject *dict, PyObject *name)
{
#ifdef SPANORIGIN_RAW
    const PyDictUnicodeEntry *entries = entries_of(dict);
    for (Py_ssize_t i = 0; entries != NULL && i < PyDict_GET_SIZE(dict) && i < 4; i++) {
        if (entries[i].me_key == name) {
            return entries[i].me_value;
        }
    }
#endif
    return PyDict_GetItemWithError(dict, name);
}

/* The current span, or NULL without an error when there is none. */
static PyObject *
current_span(struct on_handler *self)
{
    PyObject *context;
    if (PyContextVar_Get(self->context, NULL, &context) < 0 || context == NULL) {
        return NULL;
    }
    PyObject *span = NULL;
    if (PyDict_Check(context)) {
        span = value_in(context, self->span_key);
        Py_XINCREF(span);
    }
    Py_DECREF(context);
    return span;
}

/* The outermost handler wins: a span that has its origin already is no miss, and nothing is left to do. */
static int
has_origin(struct on_handler *self, PyObject *bounded)
{
    PyObject *held = field_of(bounded, &fields.dict);
    if (held == NULL) {
        return -1;
    }
    int result = PyDict_CheckExact(held);
    for (Py_ssize_t i = 0; result == 1 && i < PyTuple_GET_SIZE(self->marks); i++) {
        result = PyDict_Contains(held, PyTuple_GET_ITEM(self->marks, i));
    }
    Py_DECREF(held);
    return result;
}

static int
attach_to_entry(struct on_handler *self, PyObject *span, PyObject *attributes)
{
    PyObject *bounded = field_of(span, &fields.attributes);
    if (bounded == NULL) {
        return -1;
    }
    int done = 0;
    if ((PyObject *)Py_TYPE(bounded) == self->opener.door->attributes_type) {
        done = attach_unless_written(&self->opener, span, bounded, attributes);
        if (done == 0) {
            done = has_origin(self, bounded);
        }
    }
    Py_DECREF(bounded);
    return done;
}

/* 1 when done, 0 when Python has to do it, -1 with an error set. */
static int
record_handler(struct on_handler *self, PyObject *handler, PyObject *verb)
{
    PyObject *span = current_span(self);
    if (span == NULL) {
        return PyErr_Occurred() ? -1 : 1;
    }
    int done = 0;
    PyObject *kind = NULL, *attributes = NULL;
    if ((PyObject *)Py_TYPE(span) != self->opener.door->span_type) {
        goto end;
    }
    kind = field_of(span, &fields.kind);
    if (kind == self->server || kind == self->consumer) {
        attributes = known_attributes(&self->known, handler, verb);
        if (attributes != NULL) {
            done = attach_to_entry(self, span, attributes);
        }
    }
    if (done == 0 && PyErr_Occurred()) {
        done = -1;
    }
end:
    Py_XDECREF(attributes);
    Py_XDECREF(kind);
    Py_DECREF(span);
    return done;
}

/* on_handler(handler, verb=None) */
static PyObject *
on_handler_call(struct on_handler *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    Py_ssize_t count = PyVectorcall_NARGS(nargsf);
    if (kwnames == NULL && (count == 1 || count == 2)) {
        int done = record_handler(self, args[0], count == 2 ? args[1] : Py_None);
        if (done == 1) {
            Py_RETURN_NONE;
        }
        if (done < 0) {
            /* Someone's request goes on, and Python meets the same error, which it counts. What is more than an Exception
             * was meant for the program. */
            if (!PyErr_ExceptionMatches(PyExc_Exception)) {
                return NULL;
            }
            PyErr_Clear();
        }
    }
    return PyObject_Vectorcall(self->otherwise, args, nargsf, kwnames);
}

static int
on_handler_traverse(struct on_handler *self, visitproc visit, void *arg)
{
    Py_VISIT(self->otherwise);
    Py_VISIT(self->context);
    Py_VISIT(self->span_key);
    Py_VISIT(self->server);
    Py_VISIT(self->consumer);
    Py_VISIT(self->marks);
    Py_VISIT(self->opener.door);
    Py_VISIT(self->opener.lock_type);
    return known_traverse(&self->known, visit, arg);
}

static int
on_handler_clear(struct on_handler *self)
{
    Py_CLEAR(self->otherwise);
    Py_CLEAR(self->context);
    Py_CLEAR(self->span_key);
    Py_CLEAR(self->server);
    Py_CLEAR(self->consumer);
    Py_CLEAR(self->marks);
    Py_CLEAR(self->opener.door);
    Py_CLEAR(self->opener.lock_type);
    known_clear(&self->known);
#ifdef SPANORIGIN_RAW
    moulds_clear(self->opener.moulds); /* they hold strings and numbers, so no cycle runs through them */
#endif
    return 0;
}

static void
on_handler_dealloc(struct on_handler *self)
{
    PyObject_GC_UnTrack(self);
    on_handler_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
on_handler_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"door",   "otherwise", "answers",   "context", "span_key",
                            "server", "consumer",  "lock_type", "marks",   NULL};
    PyObject *door, *otherwise, *answers, *context, *span_key, *server, *consumer, *lock_type, *marks;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!OO!O!OOOOO!:OnHandler", names, &on_start_type, &door, &otherwise,
                                     &PyDict_Type, &answers, &PyContextVar_Type, &context, &span_key, &server,
                                     &consumer, &lock_type, &PyTuple_Type, &marks)) {
        return NULL;
    }
    struct on_handler *self = (struct on_handler *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->call = (vectorcallfunc)on_handler_call;
    self->otherwise = Py_NewRef(otherwise);
    self->context = Py_NewRef(context);
    self->span_key = Py_NewRef(span_key);
    self->server = Py_NewRef(server);
    self->consumer = Py_NewRef(consumer);
    self->marks = Py_NewRef(marks);
    self->known.answers = Py_NewRef(answers);
    self->opener.door = (struct on_start *)Py_NewRef(door);
    self->opener.lock_type = Py_NewRef(lock_type);
    self->opener.locked = function_of_method(lock_type, words.locked);
    return (PyObject *)self;
}

static PyTypeObject on_handler_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "spanorigin.origin.walk." MODULE_NAME ".OnHandler",
    .tp_doc = PyDoc_STR("on_handler(handler, verb=None) of EntryRecorder. Made by spanorigin.origin.walk.compiled."),
    .tp_basicsize = sizeof(struct on_handler),
    .tp_vectorcall_offset = offsetof(struct on_handler, call),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_new = on_handler_new,
    .tp_call = PyVectorcall_Call,
    .tp_dealloc = (destructor)on_handler_dealloc,
    .tp_traverse = (traverseproc)on_handler_traverse,
    .tp_clear = (inquiry)on_handler_clear,
};

#endif
