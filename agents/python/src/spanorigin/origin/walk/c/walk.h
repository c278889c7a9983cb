/* One walk: from the frame that asked for a span outwards, by the rules of python.py.
 *
 * Used by walker.h. Answers with the chain of the user's sites; or, when there is none, with the refusal that says why.
 * Every rule here has its line in python.py, and tests/walkers holds both to the same answers.
 */
#ifndef SPANORIGIN_WALK_H
#define SPANORIGIN_WALK_H

#include "chains.h"
#include "cursor.h"
#include "records.h"
#include "words.h"

enum { MOST_FRAMES = 64 }; /* the maximum of SPANORIGIN_MAX_FRAMES */

enum refusal { NO_REFUSAL, NO_USER_FRAME, LAUNCHED, TOO_DEEP, REFUSALS };

/* What does not change from walk to walk. */
struct rules {
    uint64_t generation;
    void *foreign;        /* the tags of this generation */
    void *border;
    PyObject *sort;       /* file name -> kind; asked once for each code object */
    PyObject *start_span; /* code of the SDK's Tracer.start_span, or None */
    int max_frames;
    long depth_limit;
    long frame_gap;
};

struct walk {
    const struct rules *rules;
    long frames_left;    /* to look at before giving up on the next of the user's */
    PyCodeObject *inner; /* borrowed; of the frame inside the present one */
    PyObject *greenlet;  /* owned; the one whose stack is being walked, NULL for the running one */
    PyObject *frames;    /* a list that gets each frame found, or NULL; needs an object cursor */
    enum refusal refusal;
    uint64_t hash;
    int found;
    uint64_t sites[MOST_FRAMES];
};

enum step { FAILED = -1, STOP = 0, GO_ON = 1 };

static const int SUSPENDABLE = CO_COROUTINE | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE;
static const int AWAITING = CO_COROUTINE | CO_ASYNC_GENERATOR | CO_ITERABLE_COROUTINE | CO_GENERATOR;

/* Asks Python whose a code object is, and writes it down. May run anything, this walker in another thread included.
 * Gives the kind, and for the user's code its record; FAILED with an error set. */
static int
sort_code(const struct rules *rules, PyCodeObject *code, struct record **record)
{
    PyObject *answer = PyObject_CallOneArg(rules->sort, code->co_filename);
    if (answer == NULL) {
        return FAILED;
    }
    long kind = PyLong_AsLong(answer);
    Py_DECREF(answer);
    switch (kind) {
    case FOREIGN:
        return set_extra((PyObject *)code, extra_slot, rules->foreign) < 0 ? FAILED : FOREIGN;
    case BORDER:
        return set_extra((PyObject *)code, extra_slot, rules->border) < 0 ? FAILED : BORDER;
    case OWN:
        *record = record_write(code, rules->generation);
        return *record == NULL ? FAILED : OWN;
    default:
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_ValueError, "sort() answered %ld, which is no kind of code", kind);
        }
        return FAILED;
    }
}

/* As sort_code, from what is written down if it was this walker that wrote it. */
static inline int
kind_of(const struct rules *rules, PyCodeObject *code, void *extra, struct record **record)
{
    if (extra == rules->border) {
        return BORDER;
    }
    if (extra != NULL && !is_tag(extra)) {
        *record = extra;
        if ((*record)->generation == rules->generation) {
            return OWN;
        }
    }
    return sort_code(rules, code, record);
}

static inline enum step
take_own_frame(struct walk *walk, struct cursor *cursor, PyCodeObject *code, struct record *record)
{
    if (walk->inner != NULL && (walk->inner->co_flags & SUSPENDABLE) && !(code->co_flags & AWAITING)) {
        /* A plain function that runs a coroutine is a launcher: an event loop without frames of its own. */
        walk->refusal = LAUNCHED;
        return STOP;
    }
    uint64_t site = site_number(record, cursor_offset(cursor));
    if (site == 0) {
        return FAILED;
    }
    if (walk->frames != NULL && PyList_Append(walk->frames, (PyObject *)cursor->object) < 0) {
        return FAILED;
    }
    walk->sites[walk->found++] = site;
    walk->hash = chain_hash(walk->hash, site);
    walk->frames_left = walk->rules->frame_gap + 1;
    return walk->found == walk->rules->max_frames ? STOP : GO_ON;
}

/* Looks at one frame. */
static inline enum step
visit(struct walk *walk, struct cursor *cursor)
{
    PyCodeObject *code = cursor_code(cursor);
    void *extra = extra_of(code);
    enum step step = GO_ON;
    if (extra != walk->rules->foreign) { /* most are, and need no more than this comparison */
        struct record *record = NULL;
        switch (kind_of(walk->rules, code, extra, &record)) {
        case FOREIGN:
            break;
        case OWN:
            step = take_own_frame(walk, cursor, code, record);
            break;
        case BORDER:
            walk->refusal = LAUNCHED;
            step = STOP;
            break;
        default:
            step = FAILED;
        }
    }
    walk->inner = code;
    return step;
}

/* The greenlet that waits for the one whose stack has ended, or None; a new reference. NULL with an error set, or without
 * one where there are no greenlets. They are met, never imported. */
static PyObject *
parent_greenlet(PyObject *greenlet)
{
    if (greenlet != NULL) {
        return PyObject_GetAttr(greenlet, words.parent);
    }
    PyObject *module = PyDict_GetItemWithError(PyImport_GetModuleDict(), words.greenlet);
    if (module == NULL) {
        return NULL;
    }
    PyObject *running = PyObject_CallMethodNoArgs(module, words.getcurrent);
    if (running == NULL) {
        return NULL;
    }
    PyObject *parent = PyObject_GetAttr(running, words.parent);
    Py_DECREF(running);
    return parent;
}

/* Moves from the end of a greenlet's stack to where its parent waits, since the code that asked goes on there. STOP when
 * there is no parent, or it has no frames. By gr_frame and never by raw links, which lead nowhere in a suspended
 * greenlet from 3.12 on; so the cursor goes on through objects. */
static enum step
to_parent_greenlet(struct walk *walk, struct cursor *cursor)
{
    walk->refusal = NO_USER_FRAME;
    PyObject *parent = parent_greenlet(walk->greenlet);
    if (parent == NULL) {
        return PyErr_Occurred() ? FAILED : STOP;
    }
    Py_XSETREF(walk->greenlet, parent);
    if (parent == Py_None) {
        return STOP;
    }
    PyObject *frame = PyObject_GetAttr(parent, words.gr_frame);
    if (frame == NULL) {
        return FAILED;
    }
    if (!PyFrame_Check(frame)) {
        Py_DECREF(frame);
        return STOP;
    }
    Py_XSETREF(cursor->object, (PyFrameObject *)frame);
    return GO_ON;
}

/* Makes a walk ready. Field by field: clearing the sites too would cost as much as ten frames. */
static inline void
walk_begin(struct walk *walk, const struct rules *rules)
{
    walk->rules = rules;
    walk->inner = NULL;
    walk->greenlet = NULL;
    walk->frames = NULL;
    walk->refusal = NO_REFUSAL;
    walk->hash = 0;
    walk->found = 0;
    walk->frames_left = rules->depth_limit;
}

#ifdef SPANORIGIN_RAW

/* Where the frames of the last deep walk lay in memory, and what was read of their code. Frames of a stack that is built
 * again mostly lie where they lay before, and a walk spends its time on waiting for one to learn where the next one is.
 * Nothing is believed of this: it says what to fetch early, and an address that leads nowhere fetches nothing. */
enum { TRAIL = 256, AHEAD = 8, SHALLOW = 16 };

static struct {
    const void *frame, *code;
} trail[TRAIL];

#ifdef __GNUC__
#define fetch_early(place) __builtin_prefetch(place)
#else
#define fetch_early(place) ((void)(place))
#endif

static inline void
follow_trail(unsigned int depth, const _PyInterpreterFrame *frame, const PyCodeObject *code)
{
    unsigned int ahead = (depth + AHEAD) % TRAIL;
    fetch_early(trail[ahead].frame);
    fetch_early(trail[ahead].code);
    trail[depth % TRAIL].frame = &frame->previous;
    trail[depth % TRAIL].code = &code->co_extra;
}

/* The next frame outwards that has code. One that is being set up has some, which is all that skip_foreign() asks; only
 * from 3.13 on has the interpreter's mark none. */
static inline _PyInterpreterFrame *
next_with_code(const _PyInterpreterFrame *frame)
{
    _PyInterpreterFrame *next = frame->previous;
#if PY_VERSION_HEX >= 0x030D0000
    while (next != NULL && next->owner == FRAME_OWNED_BY_CSTACK) {
        next = next->previous;
    }
#endif
    return next;
}

/* Moves past the frames that are known to be other people's and asked nothing else, as visit() does one by one: most of
 * a deep stack. False when the stack ends there.
 *
 * Whether a frame is complete is not asked of each, which would be a quarter of the work: only of where this ends, and of
 * the last one passed, whose code is remembered. So one that a garbage collection has interrupted at its very beginning
 * counts towards the depth limit here. */
static inline bool
skip_foreign(struct walk *walk, struct cursor *cursor)
{
    _PyInterpreterFrame *frame = cursor->raw, *last = NULL;
    if (frame == NULL) {
        return true; /* an object cursor */
    }
    const void *foreign = walk->rules->foreign;
    long depth = 0, shallow = walk->frames_left < SHALLOW ? walk->frames_left : SHALLOW;
    while (depth < shallow && extra_of(code_of(frame)) == foreign) {
        depth++;
        last = frame;
        frame = next_with_code(frame);
        if (frame == NULL) {
            break;
        }
    }
    if (depth == SHALLOW && frame != NULL) {
        long left = walk->frames_left;
        while (depth < left && extra_of(code_of(frame)) == foreign) {
            follow_trail((unsigned int)depth++, frame, code_of(frame));
            last = frame;
            frame = next_with_code(frame);
            if (frame == NULL) {
                break;
            }
        }
    }
    if (last == NULL || _PyFrame_IsIncomplete(last)) {
        return true;
    }
    cursor->raw = complete(frame);
    walk->inner = code_of(last);
    walk->frames_left -= depth;
    return cursor->raw != NULL;
}

#else

static inline bool
skip_foreign(struct walk *Py_UNUSED(walk), struct cursor *Py_UNUSED(cursor))
{
    return true;
}

#endif

/* From the cursor outwards until a rule says stop. `on_a_frame` is false when the stack ends before the first frame.
 * -1 with an error set, otherwise 0. */
static int
walk_outwards(struct walk *walk, struct cursor *cursor, bool on_a_frame)
{
    enum step step = GO_ON;
    while (step == GO_ON) {
        if (!on_a_frame || !skip_foreign(walk, cursor)) {
            step = to_parent_greenlet(walk, cursor);
            if (step != GO_ON) {
                break;
            }
        }
        if (walk->frames_left-- <= 0) {
            walk->refusal = TOO_DEEP;
            break;
        }
        step = visit(walk, cursor);
        on_a_frame = step == GO_ON && cursor_step(cursor);
    }
    return step == FAILED ? -1 : 0;
}

/* Where a walk begins, seen from its caller. */
struct stance {
    int start_span; /* frames out to the SDK's start_span, when the SDK calls as expected */
    int unseen;     /* frames of on_start itself that python.py would look at when it does not */
};

/* Puts the cursor on the frame that asked the SDK for a span: the caller of start_span. Where the SDK calls us in another
 * way, on the innermost frame. False when the stack ends before it. */
static inline bool
walk_start(struct walk *walk, struct cursor *cursor, bool open(struct cursor *), struct stance stance)
{
    bool on_a_frame = open(cursor);
    for (int i = 0; on_a_frame && i < stance.start_span; i++) {
        on_a_frame = cursor_step(cursor);
    }
    if (on_a_frame && (PyObject *)cursor_code(cursor) == walk->rules->start_span) {
        return cursor_step(cursor);
    }
    cursor_close(cursor);
    walk->frames_left -= stance.unseen;
    return open(cursor);
}

#endif
