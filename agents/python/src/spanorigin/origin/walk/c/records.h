/* What a walker knows of a code object: whose it is, and a number for each place in it that calls outwards.
 *
 * Used by walk.h for each frame. What is known lies in the code object's extra slot, so that it is found without hashing
 * or comparing code, and goes with the code object, whose address can then serve another without being mistaken for it.
 * Most code is not the user's: for it the slot itself holds the verdict, as a tag, and nothing is allocated. The user's
 * code has a record of its sites. Neither holds a Python object: freeing them runs nothing. Decision 0071.
 */
#ifndef SPANORIGIN_RECORDS_H
#define SPANORIGIN_RECORDS_H

#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

#if PY_VERSION_HEX >= 0x030C0000
#define request_extra_slot PyUnstable_Eval_RequestCodeExtraIndex
#define get_extra PyUnstable_Code_GetExtra
#define set_extra PyUnstable_Code_SetExtra
#else
#define request_extra_slot _PyEval_RequestCodeExtraIndex
#define get_extra _PyCode_GetExtra
#define set_extra _PyCode_SetExtra
#endif

/* The values are those that the walker's `sort` callback answers with (compiled.py). */
enum kind { FOREIGN = 0, OWN = 1, BORDER = 2 };

struct site {
    int offset;      /* of the instruction, in bytes */
    uint64_t number; /* never given to another site, so a chain through dead code can match nothing */
};

/* Of a code object of the user's. */
struct record {
    uint64_t generation; /* of the walker that wrote it; to any other walker it says nothing */
    int site_count;
    int site_capacity;
    struct site *sites; /* by offset, ascending */
};

/* The interpreter gives 255 slots and takes none back: one for all walkers of the process, asked for once. */
static Py_ssize_t extra_slot = -1;
static uint64_t last_site_number = 0;

/* A verdict that fits into the slot. Records are at even addresses, so the last bit tells the two apart. */
static inline void *
tag_of(uint64_t generation, enum kind kind)
{
    return (void *)(((uintptr_t)generation << 3) | ((uintptr_t)kind << 1) | 1);
}

static inline bool
is_tag(const void *extra)
{
    return (uintptr_t)extra & 1;
}

static void
extra_free(void *extra)
{
    struct record *record = extra;
    if (record != NULL && !is_tag(extra)) {
        PyMem_Free(record->sites);
        PyMem_Free(record);
    }
}

#ifdef SPANORIGIN_RAW

/* As codeobject.c has it. Read directly, which halves the cost of a frame; extras_are_known() has tried it. */
struct extras {
    Py_ssize_t size;
    void *values[];
};

static inline void *
extra_of(PyCodeObject *code)
{
    const struct extras *extras = code->co_extra;
    return extras == NULL || extras->size <= extra_slot ? NULL : extras->values[extra_slot];
}

#else

static inline void *
extra_of(PyCodeObject *code)
{
    void *extra = NULL;
    if (get_extra((PyObject *)code, extra_slot, &extra) < 0) {
        PyErr_Clear();
    }
    return extra;
}

#endif

/* Whether what is put into a slot is found there again. */
static int
extras_are_known(void)
{
    PyCodeObject *code = PyCode_NewEmpty("spanorigin", "trial", 1);
    if (code == NULL) {
        return -1;
    }
    void *tag = tag_of(7, BORDER);
    int known = extra_of(code) == NULL ? set_extra((PyObject *)code, extra_slot, tag) : -1;
    if (known == 0 && extra_of(code) != tag) {
        known = -1;
    }
    Py_DECREF(code);
    return known;
}

static int
records_ready(void)
{
    if (extra_slot < 0) {
        extra_slot = request_extra_slot(extra_free);
    }
    if (extra_slot < 0 || extras_are_known() < 0) {
        PyErr_Clear();
        PyErr_SetString(PyExc_ImportError, "code objects have no extra slot left, or keep it in another place");
        return -1;
    }
    return 0;
}

/* Writes down that a code object is the user's. NULL with an error set when there is no memory. set_extra frees what the
 * slot held before, so a record that is there is kept; its sites are as good for this walker as they were for another. */
static struct record *
record_write(PyCodeObject *code, uint64_t generation)
{
    void *before = extra_of(code);
    struct record *record = before != NULL && !is_tag(before) ? before : NULL;
    if (record == NULL) {
        record = PyMem_Calloc(1, sizeof *record);
        if (record == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        if (set_extra((PyObject *)code, extra_slot, record) < 0) {
            PyMem_Free(record);
            return NULL;
        }
    }
    record->generation = generation;
    return record;
}

static int
site_insert(struct record *record, int at, int offset)
{
    if (record->site_count == record->site_capacity) {
        int capacity = record->site_capacity ? record->site_capacity * 2 : 2;
        struct site *sites = PyMem_Realloc(record->sites, (size_t)capacity * sizeof *sites);
        if (sites == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        record->sites = sites;
        record->site_capacity = capacity;
    }
    memmove(record->sites + at + 1, record->sites + at, (size_t)(record->site_count - at) * sizeof *record->sites);
    record->sites[at].offset = offset;
    record->sites[at].number = ++last_site_number;
    record->site_count++;
    return 0;
}

/* The number of the site at an offset; given out at first sight. 0, with an error set, when there is no memory. */
static inline uint64_t
site_number(struct record *record, int offset)
{
    int low = 0;
    int high = record->site_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (record->sites[middle].offset < offset) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    if (low == record->site_count || record->sites[low].offset != offset) {
        if (site_insert(record, low, offset) < 0) {
            return 0;
        }
    }
    return record->sites[low].number;
}

#endif
