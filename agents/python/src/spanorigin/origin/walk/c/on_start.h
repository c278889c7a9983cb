/* The type OnStart: a span processor's on_start for the usual case, without a Python frame of ours.
 *
 * Made by compiled.py where the SDK keeps attributes in the layout that emit.attach_to_new knows. It serves CLIENT and
 * PRODUCER spans of the SDK's own class, and remembers SERVER and CONSUMER spans. Whatever is less usual goes to Python,
 * where the rules are: other kinds and classes, and calls that an event loop or another launcher made, to `otherwise`;
 * attributes that the program set and limits that may not suffice to `attach`.
 */
#ifndef SPANORIGIN_ON_START_H
#define SPANORIGIN_ON_START_H

#include "entries.h"
#include "walker.h"
#include <stddef.h>
#include <structmember.h>

struct on_start {
    PyObject_HEAD
    vectorcallfunc call;
    struct walker *walker;
    PyObject *otherwise;       /* on_start in Python */
    PyObject *attach;          /* emit.attach_to_new: (span, attributes) -> refusal or None */
    PyObject *missed;          /* (refusal, span): counts a refusal */
    PyObject *failed;          /* counts an exception of ours */
    PyObject *client;          /* the kinds of span that get an exit origin … */
    PyObject *producer;
    PyObject *server;          /* … those that are an entry … */
    PyObject *consumer;
    PyObject *internal;        /* … and the one that nobody asks for */
    struct entries entries;
    char minds_entries;        /* whether they are remembered at all */
    PyObject *span_type;       /* the SDK's class of recorded spans */
    PyObject *attributes_type; /* its class of attributes */
    PyObject *prefixes;        /* tuple: what names begin with that the program may have set itself; ASCII */
};

/* Whether the SDK's limits have room for `more` attributes of any length. 1, 0, or -1 with an error set. */
static int
has_room(PyObject *bounded, PyObject *held, Py_ssize_t more)
{
    PyObject *length = PyObject_GetAttr(bounded, words.max_value_len);
    if (length == NULL) {
        return -1;
    }
    Py_DECREF(length);
    if (length != Py_None) {
        return 0;
    }
    PyObject *count = PyObject_GetAttr(bounded, words.maxlen);
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
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(prefixes); i++) {
        PyObject *prefix = PyTuple_GET_ITEM(prefixes, i);
        Py_ssize_t length = PyUnicode_GET_LENGTH(prefix);
        if (PyUnicode_GET_LENGTH(name) >= length &&
            memcmp(PyUnicode_DATA(name), PyUnicode_DATA(prefix), (size_t)length) == 0) {
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
    Py_ssize_t position = 0;
    while (PyDict_Next(held, &position, &name, NULL)) {
        if (!is_unrelated(name, prefixes)) {
            return false;
        }
    }
    return true;
}

/* Attaches directly when nothing speaks against it. 1 when done, 0 when Python has to decide, -1 with an error set. */
static int
attach_directly(struct on_start *self, PyObject *span, PyObject *attributes)
{
    int done = 0;
    PyObject *held = NULL;
    PyObject *bounded = PyObject_GetAttr(span, words.attributes);
    if (bounded == NULL) {
        return -1;
    }
    if ((PyObject *)Py_TYPE(bounded) != self->attributes_type || !PyDict_CheckExact(attributes)) {
        goto end;
    }
    held = PyObject_GetAttr(bounded, words.dict);
    if (held == NULL) {
        done = -1;
        goto end;
    }
    if (!PyDict_CheckExact(held) || !all_unrelated(held, self->prefixes)) {
        goto end;
    }
    done = has_room(bounded, held, PyDict_GET_SIZE(attributes));
    if (done == 1 && PyDict_Update(held, attributes) < 0) {
        done = -1;
    }
end:
    Py_XDECREF(held);
    Py_DECREF(bounded);
    return done;
}

static int
count_miss(struct on_start *self, PyObject *refusal, PyObject *span)
{
    PyObject *nothing = PyObject_CallFunctionObjArgs(self->missed, refusal, span, NULL);
    Py_XDECREF(nothing);
    return nothing == NULL ? -1 : 0;
}

/* Lets emit decide, and counts its refusal. */
static int
attach_through_python(struct on_start *self, PyObject *span, PyObject *attributes)
{
    PyObject *refusal = PyObject_CallFunctionObjArgs(self->attach, span, attributes, NULL);
    if (refusal == NULL) {
        return -1;
    }
    int result = refusal == Py_None ? 0 : count_miss(self, refusal, span);
    Py_DECREF(refusal);
    return result;
}

static int
give_origin(struct on_start *self, PyObject *span)
{
    PyObject *finding = walker_walk(self->walker, AS_ON_START);
    if (finding == NULL) {
        return -1;
    }
    int result;
    if (finding == self->walker->refusals[LAUNCHED]) {
        /* Python can ask the task who awaits it, which is rare and no matter of the stack. Decision 0100. */
        PyObject *nothing = PyObject_CallOneArg(self->otherwise, span);
        result = nothing == NULL ? -1 : 0;
        Py_XDECREF(nothing);
    }
    else if (walker_is_refusal(self->walker, finding)) {
        result = count_miss(self, finding, span);
    }
    else {
        result = attach_directly(self, span, finding);
        if (result == 0) {
            result = attach_through_python(self, span, finding);
        }
    }
    Py_DECREF(finding);
    return result < 0 ? -1 : 0;
}

/* Someone's request goes on: an Exception of ours is counted. What is more than an Exception was meant for the program,
 * such as a KeyboardInterrupt that arrived while we ran. */
static PyObject *
after_failure(struct on_start *self)
{
    if (!PyErr_ExceptionMatches(PyExc_Exception)) {
        return NULL;
    }
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    PyObject *nothing = PyObject_CallOneArg(self->failed, error);
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(traceback);
    if (nothing == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_Exception)) {
            return NULL;
        }
        PyErr_Clear();
    }
    Py_XDECREF(nothing);
    Py_RETURN_NONE;
}

/* on_start(span, parent_context=None) */
static PyObject *
on_start_call(struct on_start *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (PyVectorcall_NARGS(nargsf) < 1 || (PyObject *)Py_TYPE(args[0]) != self->span_type) {
        return PyObject_Vectorcall(self->otherwise, args, nargsf, kwnames);
    }
    PyObject *span = args[0];
    PyObject *kind = PyObject_GetAttr(span, words.kind);
    if (kind == NULL) {
        return after_failure(self);
    }
    Py_DECREF(kind); /* compared below, never used */
    if (kind == self->internal) {
        Py_RETURN_NONE;
    }
    if (kind == self->server || kind == self->consumer) {
        if (self->minds_entries && remember_entry(&self->entries, span) < 0) {
            return after_failure(self);
        }
        Py_RETURN_NONE;
    }
    if (kind != self->client && kind != self->producer) {
        return PyObject_Vectorcall(self->otherwise, args, nargsf, kwnames);
    }
    if (give_origin(self, span) < 0) {
        return after_failure(self);
    }
    Py_RETURN_NONE;
}

static int
on_start_traverse(struct on_start *self, visitproc visit, void *arg)
{
    Py_VISIT(self->walker);
    Py_VISIT(self->otherwise);
    Py_VISIT(self->attach);
    Py_VISIT(self->missed);
    Py_VISIT(self->failed);
    Py_VISIT(self->client);
    Py_VISIT(self->producer);
    Py_VISIT(self->server);
    Py_VISIT(self->consumer);
    Py_VISIT(self->internal);
    Py_VISIT(self->entries.by_trace);
    Py_VISIT(self->entries.opened);
    Py_VISIT(self->entries.context_type);
    Py_VISIT(self->span_type);
    Py_VISIT(self->attributes_type);
    Py_VISIT(self->prefixes);
    return 0;
}

static int
on_start_clear(struct on_start *self)
{
    Py_CLEAR(self->walker);
    Py_CLEAR(self->otherwise);
    Py_CLEAR(self->attach);
    Py_CLEAR(self->missed);
    Py_CLEAR(self->failed);
    Py_CLEAR(self->client);
    Py_CLEAR(self->producer);
    Py_CLEAR(self->server);
    Py_CLEAR(self->consumer);
    Py_CLEAR(self->internal);
    Py_CLEAR(self->entries.by_trace);
    Py_CLEAR(self->entries.opened);
    Py_CLEAR(self->entries.context_type);
    Py_CLEAR(self->span_type);
    Py_CLEAR(self->attributes_type);
    Py_CLEAR(self->prefixes);
    return 0;
}

static void
on_start_dealloc(struct on_start *self)
{
    PyObject_GC_UnTrack(self);
    on_start_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
on_start_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"walker",   "otherwise", "attach",       "missed",   "failed",          "client",
                            "producer", "server",    "consumer",     "internal", "span_type",       "attributes_type",
                            "prefixes", "by_trace",  "opened",       "context_type", NULL};
    PyObject *walker, *otherwise, *attach, *missed, *failed, *client, *producer, *server, *consumer, *internal;
    PyObject *span_type, *attributes_type, *prefixes, *by_trace, *opened, *context_type;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!OOOOOOOOOOOO!O!OO:OnStart", names, &walker_type, &walker,
                                     &otherwise, &attach, &missed, &failed, &client, &producer, &server, &consumer,
                                     &internal, &span_type, &attributes_type, &PyTuple_Type, &prefixes, &PyDict_Type,
                                     &by_trace, &opened, &context_type)) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(prefixes); i++) {
        PyObject *prefix = PyTuple_GET_ITEM(prefixes, i);
        if (!PyUnicode_CheckExact(prefix) || !PyUnicode_IS_COMPACT_ASCII(prefix)) {
            PyErr_SetString(PyExc_ValueError, "a prefix has to be a string of ASCII");
            return NULL;
        }
    }
    struct on_start *self = (struct on_start *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->call = (vectorcallfunc)on_start_call;
    self->walker = (struct walker *)Py_NewRef(walker);
    self->otherwise = Py_NewRef(otherwise);
    self->attach = Py_NewRef(attach);
    self->missed = Py_NewRef(missed);
    self->failed = Py_NewRef(failed);
    self->client = Py_NewRef(client);
    self->producer = Py_NewRef(producer);
    self->server = Py_NewRef(server);
    self->consumer = Py_NewRef(consumer);
    self->internal = Py_NewRef(internal);
    self->minds_entries = 1;
    self->entries.by_trace = Py_NewRef(by_trace);
    self->entries.opened = Py_NewRef(opened);
    self->entries.context_type = Py_NewRef(context_type);
    self->span_type = Py_NewRef(span_type);
    self->attributes_type = Py_NewRef(attributes_type);
    self->prefixes = Py_NewRef(prefixes);
    return (PyObject *)self;
}

static PyMemberDef on_start_members[] = {
    {"minds_entries", T_BOOL, offsetof(struct on_start, minds_entries), 0, PyDoc_STR("Whether entries are remembered.")},
    {NULL, 0, 0, 0, NULL},
};

static PyTypeObject on_start_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "spanorigin.origin.walk." MODULE_NAME ".OnStart",
    .tp_doc = PyDoc_STR("on_start(span, parent_context=None) of OriginProcessor. Made by "
                        "spanorigin.origin.walk.compiled."),
    .tp_basicsize = sizeof(struct on_start),
    .tp_vectorcall_offset = offsetof(struct on_start, call),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_members = on_start_members,
    .tp_new = on_start_new,
    .tp_call = PyVectorcall_Call,
    .tp_dealloc = (destructor)on_start_dealloc,
    .tp_traverse = (traverseproc)on_start_traverse,
    .tp_clear = (inquiry)on_start_clear,
};

#endif
