/* Count the exits, time a few of them, and ask which to pass over while capture is thinned out: the governor's part of
 * on_start.h.
 *
 * An exit costs one addition here; one in `every` two readings of the thread's clock and a call of Governor.sampled. Only
 * while the governor thins is it asked before each. Decisions 0102, 0103.
 */
#ifndef SPANORIGIN_METER_H
#define SPANORIGIN_METER_H

#include <Python.h>
#include <stdint.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

struct meter {
    unsigned long long exits;
    unsigned long long every;
    unsigned long long left; /* exits until one is timed; counted down, as a division costs 10 ns */
    PyObject *sampled;     /* Governor.sampled: told the nanoseconds that one exit took; NULL without a governor */
    PyObject *passes_over; /* Governor.passes_over: (span) -> bool; NULL while every exit is captured */
    int64_t reading_ns;    /* what a reading of the clock adds to what it measures */
};

/* The time that this thread has been running, so that waiting for a core or for the interpreter is not taken for work. 0
 * where there is no such clock. */
static int64_t
thread_time_ns(void)
{
#ifdef _WIN32
    FILETIME begun, ended, kernel, user;
    if (!GetThreadTimes(GetCurrentThread(), &begun, &ended, &kernel, &user)) {
        return 0;
    }
    uint64_t high = (uint64_t)kernel.dwHighDateTime + user.dwHighDateTime;
    uint64_t low = (uint64_t)kernel.dwLowDateTime + user.dwLowDateTime;
    return (int64_t)((high << 32) + low) * 100;
#elif defined(CLOCK_THREAD_CPUTIME_ID)
    struct timespec now;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) ? 0 : (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
#else
    return 0;
#endif
}

/* The least that two readings in a row are apart. */
static int64_t
reading_takes_ns(void)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < 10; i++) {
        int64_t before = thread_time_ns();
        int64_t taken = thread_time_ns() - before;
        least = taken < least ? taken : least;
    }
    return least;
}

/* Counts an exit and asks whether it is passed over: 1, 0, or -1 with an error set. */
static inline int
meter_passes_over(struct meter *meter, PyObject *span)
{
    meter->exits++;
    if (meter->passes_over == NULL) {
        return 0;
    }
    PyObject *ask = Py_NewRef(meter->passes_over); /* the answer may be the last that is asked for */
    PyObject *answer = PyObject_CallOneArg(ask, span);
    Py_DECREF(ask);
    int passes_over = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return passes_over;
}

/* Whether the exit that was counted last is to be timed: while thinned all that are captured, otherwise a few. */
static inline bool
meter_wants_time(struct meter *meter)
{
    if (meter->sampled == NULL) {
        return false;
    }
    if (--meter->left == 0) {
        meter->left = meter->every;
        return true;
    }
    return meter->passes_over != NULL;
}

/* 0, or -1 with an error set. */
static int
meter_tell(struct meter *meter, int64_t taken_ns)
{
    PyObject *taken = PyLong_FromLongLong(taken_ns - meter->reading_ns);
    PyObject *nothing = taken == NULL ? NULL : PyObject_CallOneArg(meter->sampled, taken);
    Py_XDECREF(taken);
    Py_XDECREF(nothing);
    return nothing == NULL ? -1 : 0;
}

#endif
