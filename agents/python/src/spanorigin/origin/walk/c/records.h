/* What a walker knows of a code object: whose it is, and a number for each place in it that calls outwards.
 *
 * Used by walk.h for each frame. A record lies in the code object's extra slot, so that it is found without hashing or
 * comparing code, and is freed with the code object, whose address can then serve another without being mistaken for
 * it. It holds no Python object: freeing it runs nothing, whatever the interpreter is in the middle of. Decision 0071.
 */
#ifndef SPANORIGIN_RECORDS_H
#define SPANORIGIN_RECORDS_H

#include <Python.h>
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

struct record {
    uint64_t generation; /* of the walker that wrote it; to any other walker it says nothing */
    enum kind kind;
    int site_count;
    int site_capacity;
    struct site *sites; /* by offset, ascending */
};

/* The interpreter gives 255 slots and takes none back: one for all walkers of the process, asked for once. */
static Py_ssize_t extra_slot = -1;
static uint64_t last_site_number = 0;

static void
record_free(void *extra)
{
    struct record *record = extra;
    if (record != NULL) {
        PyMem_Free(record->sites);
        PyMem_Free(record);
    }
}

static int
records_ready(void)
{
    if (extra_slot < 0) {
        extra_slot = request_extra_slot(record_free);
    }
    if (extra_slot < 0) {
        PyErr_Clear();
        PyErr_SetString(PyExc_ImportError, "the interpreter has no extra slot left on code objects");
        return -1;
    }
    return 0;
}

static inline struct record *
record_held(PyCodeObject *code)
{
    void *extra = NULL;
    if (get_extra((PyObject *)code, extra_slot, &extra) < 0) {
        PyErr_Clear();
        return NULL;
    }
    return extra;
}

/* Writes down the kind of a code object. NULL, with an error set, when there is no memory. Runs no Python. */
static struct record *
record_write(PyCodeObject *code, uint64_t generation, enum kind kind)
{
    struct record *record = record_held(code);
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
    if (record->generation != generation) {
        record->site_count = 0;
    }
    record->generation = generation;
    record->kind = kind;
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
