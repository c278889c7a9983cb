/* Remember what a chain of sites led to: the attributes, joined and ready to attach.
 *
 * Used by walker.h, one table a walker. The table has a fixed number of places, in sets of four: the chain used last is
 * first in its set, and a new one takes the place of the one not used for longest. So memory is bounded whatever the
 * program does, and a chain through code that has died goes when its place is wanted. Decision 0072.
 */
#ifndef SPANORIGIN_CHAINS_H
#define SPANORIGIN_CHAINS_H

#include <Python.h>
#include <stdint.h>

enum { CHAIN_SETS = 1024, CHAIN_WAYS = 4 };

struct chain {
    uint64_t hash;
    PyObject *attributes; /* owned */
    int length;
    uint64_t sites[]; /* innermost first */
};

struct chains {
    struct chain *sets[CHAIN_SETS][CHAIN_WAYS];
};

/* Site numbers are small and consecutive; multiplying by 2^64 / golden ratio spreads them over the high bits. */
static inline uint64_t
chain_hash(uint64_t hash, uint64_t site)
{
    hash = (hash ^ site) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 32);
}

static inline struct chain **
chain_set(struct chains *chains, uint64_t hash)
{
    return chains->sets[hash % CHAIN_SETS];
}

/* The attributes of a chain, borrowed from the table; NULL when it is not there. Sets no error. */
static inline PyObject *
chains_find(struct chains *chains, uint64_t hash, const uint64_t *sites, int length)
{
    struct chain **set = chain_set(chains, hash);
    for (int way = 0; way < CHAIN_WAYS; way++) {
        struct chain *chain = set[way];
        if (chain == NULL) {
            return NULL;
        }
        if (chain->hash == hash && chain->length == length &&
            memcmp(chain->sites, sites, (size_t)length * sizeof *sites) == 0) {
            memmove(set + 1, set, (size_t)way * sizeof *set);
            set[0] = chain;
            return chain->attributes;
        }
    }
    return NULL;
}

static void
chain_free(struct chain *chain)
{
    if (chain != NULL) {
        Py_DECREF(chain->attributes);
        PyMem_Free(chain);
    }
}

/* Keeps the attributes of a chain. Another thread may have kept the same chain while this one was working it out. */
static int
chains_keep(struct chains *chains, uint64_t hash, const uint64_t *sites, int length, PyObject *attributes)
{
    if (chains_find(chains, hash, sites, length) != NULL) {
        return 0;
    }
    struct chain *chain = PyMem_Malloc(sizeof *chain + (size_t)length * sizeof *sites);
    if (chain == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    chain->hash = hash;
    chain->attributes = Py_NewRef(attributes);
    chain->length = length;
    memcpy(chain->sites, sites, (size_t)length * sizeof *sites);

    struct chain **set = chain_set(chains, hash);
    struct chain *oldest = set[CHAIN_WAYS - 1];
    memmove(set + 1, set, (CHAIN_WAYS - 1) * sizeof *set);
    set[0] = chain;
    chain_free(oldest); /* last: the table is in order whatever a destructor does */
    return 0;
}

static void
chains_free(struct chains *chains)
{
    for (int set = 0; set < CHAIN_SETS; set++) {
        for (int way = 0; way < CHAIN_WAYS; way++) {
            chain_free(chains->sets[set][way]);
        }
    }
    PyMem_Free(chains);
}

#endif
