/* The type OnStart: a span processor's on_start for the usual case, without a Python frame of ours.
 *
 * Made by compiled.py where the SDK keeps attributes in the layout that emit.attach_to_new knows. It serves CLIENT and
 * PRODUCER spans of the SDK's own class, and remembers SERVER and CONSUMER spans. Whatever is less usual goes to Python,
 * where the rules are: other kinds and classes to `otherwise`; attributes that the program set and limits that may not
 * suffice to `attach`; spans without an origin, so that a task may be asked who awaits it, to `missed`.
 */
#ifndef SPANORIGIN_ON_START_H
#define SPANORIGIN_ON_START_H

#include "attributes.h"
#include "entries.h"
#include "meter.h"
#include "moulds.h"
#include "walker.h"
#include <stddef.h>
#include <structmember.h>

struct on_start {
    PyObject_HEAD
    vectorcallfunc call;
    struct walker *walker;
    PyObject *otherwise;       /* on_start in Python */
    PyObject *attach;          /* emit.attach_to_new: (span, attributes) -> refusal or None */
    PyObject *missed;          /* (refusal, span): counts a refusal, or finds who awaits the running task */
    PyObject *failed;          /* counts an exception of ours */
    PyObject *client;          /* the kinds of span that get an exit origin … */
    PyObject *producer;
    PyObject *server;          /* … those that are an entry … */
    PyObject *consumer;
    PyObject *internal;        /* … and the one that nobody asks for */
    struct entries entries;
    char minds_entries;        /* whether they are remembered at all */
    struct meter meter;
#ifdef SPANORIGIN_RAW
    struct mould moulds[MOULDS];
#endif
    PyObject *span_type;       /* the SDK's class of recorded spans */
    PyObject *attributes_type; /* its class of attributes */
    PyObject *prefixes;        /* tuple: what names begin with that the program may have set itself; ASCII */
};

/* Both: 1 when done, 0 when the program may have set what we would set, -1 with an error set. */

static inline int
attach_to_open(struct on_start *self, PyObject *held, PyObject *attributes)
{
    if (!all_unrelated(held, self->prefixes)) {
        return 0;
    }
    return PyDict_Update(held, attributes) < 0 ? -1 : 1;
}

static inline int
attach_to_starting(struct on_start *self, PyObject *bounded, PyObject *held, PyObject *attributes)
{
#ifdef SPANORIGIN_RAW
    int is_cast = cast(self->moulds, bounded, held, attributes);
    if (is_cast != 0) {
        return is_cast;
    }
#endif
    if (!all_unrelated(held, self->prefixes)) {
        return 0;
    }
    if (put_in_place_of_held(bounded, held, attributes) < 0) {
        return -1;
    }
#ifdef SPANORIGIN_RAW
    make_mould(self->moulds, held, attributes);
#endif
    return 1;
}

/* Attaches directly when nothing speaks against it. 1 when done, 0 when Python has to decide, -1 with an error set. */
static inline int
attach_in(struct on_start *self, PyObject *span, PyObject *attributes, bool is_starting)
{
    int done = 0;
    PyObject *held = NULL;
    PyObject *bounded = field_of(span, &fields.attributes);
    if (bounded == NULL) {
        return -1;
    }
    if ((PyObject *)Py_TYPE(bounded) != self->attributes_type || !PyDict_CheckExact(attributes)) {
        goto end;
    }
    held = field_of(bounded, &fields.dict);
    if (held == NULL) {
        done = -1;
        goto end;
    }
    if (!PyDict_CheckExact(held)) {
        goto end;
    }
    done = has_room(bounded, held, PyDict_GET_SIZE(attributes));
    if (done == 1) {
        done = is_starting ? attach_to_starting(self, bounded, held, attributes)
                           : attach_to_open(self, held, attributes);
    }
end:
    Py_XDECREF(held);
    Py_DECREF(bounded);
    return done;
}

/* For a span that others may have. */
static int
attach_directly(struct on_start *self, PyObject *span, PyObject *attributes)
{
    return attach_in(self, span, attributes, false);
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
    if (walker_is_refusal(self->walker, finding)) {
        result = count_miss(self, finding, span);
    }
    else {
        result = attach_in(self, span, finding, true);
        if (result == 0) {
            result = attach_through_python(self, span, finding);
        }
    }
    Py_DECREF(finding);
    return result < 0 ? -1 : 0;
}

/* As give_origin, for an exit that the governor counts, may time and may pass over. */
static inline int
give_counted(struct on_start *self, PyObject *span)
{
    int passes_over = meter_passes_over(&self->meter, span);
    if (passes_over != 0) {
        return passes_over < 0 ? -1 : 0;
    }
    if (!meter_wants_time(&self->meter)) {
        return give_origin(self, span);
    }
    int64_t before = thread_time_ns();
    int result = give_origin(self, span);
    int64_t taken = thread_time_ns() - before;
    return result < 0 ? -1 : meter_tell(&self->meter, taken);
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

/* govern(sampled, every) */
static PyObject *
on_start_govern(struct on_start *self, PyObject *args)
{
    PyObject *sampled;
    unsigned long long every;
    if (!PyArg_ParseTuple(args, "OK:govern", &sampled, &every)) {
        return NULL;
    }
    if (every == 0) {
        PyErr_SetString(PyExc_ValueError, "of the exits one in 1 or more is timed");
        return NULL;
    }
    self->meter.every = self->meter.left = every;
    self->meter.reading_ns = reading_takes_ns();
    Py_INCREF(sampled);
    Py_XSETREF(self->meter.sampled, sampled);
    Py_RETURN_NONE;
}

/* thin(passes_over) */
static PyObject *
on_start_thin(struct on_start *self, PyObject *passes_over)
{
    Py_XINCREF(passes_over == Py_None ? NULL : passes_over);
    Py_XSETREF(self->meter.passes_over, passes_over == Py_None ? NULL : passes_over);
    Py_RETURN_NONE;
}

/* settle() */
static PyObject *
on_start_settle(struct on_start *self, PyObject *Py_UNUSED(none))
{
    if (hand_over_all(&self->entries) < 0) {
        return NULL;
    }
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
    PyObject *kind = field_of(span, &fields.kind);
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
    if (give_counted(self, span) < 0) {
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
    Py_VISIT(self->meter.sampled);
    Py_VISIT(self->meter.passes_over);
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
#ifdef SPANORIGIN_RAW
    moulds_clear(self->moulds); /* they hold strings and numbers, so no cycle runs through them */
#endif
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
    Py_CLEAR(self->meter.sampled);
    Py_CLEAR(self->meter.passes_over);
    entries_clear(&self->entries);
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

static PyMethodDef on_start_methods[] = {
    {"govern", (PyCFunction)on_start_govern, METH_VARARGS,
     PyDoc_STR("govern(sampled, every)\n--\n\nTell sampled(nanoseconds) what one exit in `every` took, of this thread's time.")},
    {"thin", (PyCFunction)on_start_thin, METH_O,
     PyDoc_STR("thin(passes_over)\n--\n\nCapture only exits of which passes_over(span) is false; with None, all.")},
    {"settle", (PyCFunction)on_start_settle, METH_NOARGS,
     PyDoc_STR("settle()\n--\n\nHand the entries over that are remembered here only: by_trace has all afterwards.")},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef on_start_members[] = {
    {"exits", T_ULONGLONG, offsetof(struct on_start, meter.exits), READONLY, PyDoc_STR("Exits met, captured or not.")},
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
    .tp_methods = on_start_methods,
    .tp_new = on_start_new,
    .tp_call = PyVectorcall_Call,
    .tp_dealloc = (destructor)on_start_dealloc,
    .tp_traverse = (traverseproc)on_start_traverse,
    .tp_clear = (inquiry)on_start_clear,
};

#endif
