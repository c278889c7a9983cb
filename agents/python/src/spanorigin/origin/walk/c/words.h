/* The strings that the walkers look up, made once and kept for the life of the process. */
#ifndef SPANORIGIN_WORDS_H
#define SPANORIGIN_WORDS_H

#include <Python.h>

static struct {
    PyObject *greenlet, *getcurrent, *parent, *gr_frame;
    PyObject *kind, *attributes, *dict, *maxlen, *max_value_len;
    PyObject *span_parent, *span_context, *end_time, *lock, *locked;
} words;

static int
words_ready(void)
{
    const struct { PyObject **place; const char *word; } table[] = {
        {&words.greenlet, "greenlet"},     {&words.getcurrent, "getcurrent"},
        {&words.parent, "parent"},         {&words.gr_frame, "gr_frame"},
        {&words.kind, "_kind"},            {&words.attributes, "_attributes"},
        {&words.dict, "_dict"},            {&words.maxlen, "maxlen"},
        {&words.max_value_len, "max_value_len"},
        {&words.span_parent, "_parent"},   {&words.span_context, "_context"},
        {&words.end_time, "_end_time"},    {&words.lock, "_lock"},
        {&words.locked, "locked"},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(table); i++) {
        if (*table[i].place == NULL && (*table[i].place = PyUnicode_InternFromString(table[i].word)) == NULL) {
            return -1;
        }
    }
    return 0;
}

#endif
