/* The type Walker: Python's handle on a walk, its caches and its callbacks.
 *
 * Made by compiled.py, once an installation. walk() answers as PythonWalker.walk() does.
 */
#ifndef SPANORIGIN_WALKER_H
#define SPANORIGIN_WALKER_H

#include "walk.h"

struct walker {
    PyObject_HEAD
    struct rules rules;
    PyObject *learn;              /* list of the user's frames -> attributes; asked once for each chain */
    PyObject *refusals[REFUSALS]; /* what walk() answers; the first is NULL */
    struct chains *chains;
};

/* on_start <- what providers.py puts before the span processors <- Span.start <- Tracer.start_span: called by an on_start in
 * Python, and as the on_start, which then has no frame. */
static const struct stance INSIDE_ON_START = {3, 0};
static const struct stance AS_ON_START = {2, 1};

static uint64_t last_generation = 0;

/* One walk through the frames that `open` gives. -1 with an error set, otherwise 0. */
static inline int
walker_follow(struct walk *walk, bool open(struct cursor *), struct stance stance)
{
    struct cursor cursor;
    bool on_a_frame = walk_start(walk, &cursor, open, stance);
    int failed = walk_outwards(walk, &cursor, on_a_frame);
    cursor_close(&cursor);
    Py_CLEAR(walk->greenlet);
    return failed;
}

/* What a chain that is not in the table leads to: walked once more, through frame objects, for Python to read. Between
 * the two walks other threads may have run, so what counts is what the second one finds. */
static PyObject *
walker_learn(struct walker *self, struct stance stance)
{
    PyObject *attributes = NULL;
    struct walk walk;
    walk_begin(&walk, &self->rules);
    walk.frames = PyList_New(0);
    if (walk.frames == NULL) {
        return NULL;
    }
    if (walker_follow(&walk, cursor_open_object, stance) == 0) {
        attributes = walk.found ? PyObject_CallOneArg(self->learn, walk.frames)
                                : Py_NewRef(self->refusals[walk.refusal]);
    }
    Py_DECREF(walk.frames); /* no frame outlives the walk */
    if (attributes != NULL && walk.found &&
        chains_keep(self->chains, walk.hash, walk.sites, walk.found, attributes) < 0) {
        Py_CLEAR(attributes);
    }
    return attributes;
}

/* The attributes of the user's frames nearest to the running call, or a refusal: a new reference. NULL with an error set
 * when something of ours broke. */
static PyObject *
walker_walk(struct walker *self, struct stance stance)
{
    struct walk walk;
    walk_begin(&walk, &self->rules);
    if (walker_follow(&walk, cursor_open, stance) < 0) {
        return NULL;
    }
    if (walk.found == 0) {
        return Py_NewRef(self->refusals[walk.refusal]);
    }
    PyObject *attributes = chains_find(self->chains, walk.hash, walk.sites, walk.found);
    return attributes != NULL ? Py_NewRef(attributes) : walker_learn(self, stance);
}

static bool
walker_is_refusal(struct walker *self, PyObject *finding)
{
    return finding == self->refusals[NO_USER_FRAME] || finding == self->refusals[LAUNCHED] ||
           finding == self->refusals[TOO_DEEP];
}

static PyObject *
walker_walk_method(struct walker *self, PyObject *Py_UNUSED(none))
{
    return walker_walk(self, INSIDE_ON_START);
}

static int
walker_traverse(struct walker *self, visitproc visit, void *arg)
{
    Py_VISIT(self->rules.sort);
    Py_VISIT(self->rules.start_span);
    Py_VISIT(self->learn);
    for (int i = 0; i < REFUSALS; i++) {
        Py_VISIT(self->refusals[i]);
    }
    return 0; /* the table's attributes hold strings and numbers, so no cycle runs through them */
}

static int
walker_clear(struct walker *self)
{
    Py_CLEAR(self->rules.sort);
    Py_CLEAR(self->rules.start_span);
    Py_CLEAR(self->learn);
    for (int i = 0; i < REFUSALS; i++) {
        Py_CLEAR(self->refusals[i]);
    }
    return 0;
}

static void
walker_dealloc(struct walker *self)
{
    PyObject_GC_UnTrack(self);
    walker_clear(self);
    if (self->chains != NULL) {
        chains_free(self->chains);
    }
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
walker_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"sort",      "learn",         "start_span", "max_frames", "depth_limit",
                            "frame_gap", "no_user_frame", "launched",   "too_deep",   NULL};
    PyObject *sort, *learn, *start_span, *no_user_frame, *launched, *too_deep;
    int max_frames;
    long depth_limit, frame_gap;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOillOOO:Walker", names, &sort, &learn, &start_span, &max_frames,
                                     &depth_limit, &frame_gap, &no_user_frame, &launched, &too_deep)) {
        return NULL;
    }
    if (max_frames < 1 || max_frames > MOST_FRAMES || depth_limit < 1 || frame_gap < 0) {
        PyErr_Format(PyExc_ValueError, "a walker keeps 1 to %d frames, looks at 1 or more and bridges 0 or more",
                     MOST_FRAMES);
        return NULL;
    }
    struct walker *self = (struct walker *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    last_generation++;
    self->rules = (struct rules){
        .generation = last_generation,
        .foreign = tag_of(last_generation, FOREIGN),
        .border = tag_of(last_generation, BORDER),
        .sort = Py_NewRef(sort),
        .start_span = Py_NewRef(start_span),
        .max_frames = max_frames,
        .depth_limit = depth_limit,
        .frame_gap = frame_gap,
    };
    self->learn = Py_NewRef(learn);
    self->refusals[NO_USER_FRAME] = Py_NewRef(no_user_frame);
    self->refusals[LAUNCHED] = Py_NewRef(launched);
    self->refusals[TOO_DEEP] = Py_NewRef(too_deep);
    self->chains = PyMem_Calloc(1, sizeof *self->chains);
    if (self->chains == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static PyMethodDef walker_methods[] = {
    {"walk", (PyCFunction)walker_walk_method, METH_NOARGS,
     PyDoc_STR("walk()\n--\n\nThe user's frames nearest to the caller's caller, ready to attach; or why there are none.\n"
               "To be called directly from a span processor's on_start.")},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject walker_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "spanorigin.origin.walk." MODULE_NAME ".Walker",
    .tp_doc = PyDoc_STR("Finds the user's frames around the running call. Made by spanorigin.origin.walk.compiled."),
    .tp_basicsize = sizeof(struct walker),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = walker_new,
    .tp_dealloc = (destructor)walker_dealloc,
    .tp_traverse = (traverseproc)walker_traverse,
    .tp_clear = (inquiry)walker_clear,
    .tp_methods = walker_methods,
};

#endif
