/* A place on the stack, and the step outwards.
 *
 * Used by walk.h. There are two kinds of cursor. An object cursor holds a frame object and works through CPython's public
 * frame API. A raw cursor points at the interpreter's own frame, for which no object has to be made: 5 ns a frame instead
 * of 48. raw.c has both kinds, since a chain met for the first time and the stacks of other greenlets are walked through
 * objects; public.c has only the first.
 *
 * All code objects that come from here are borrowed from their frame, which is running and so keeps them.
 */
#ifndef SPANORIGIN_CURSOR_H
#define SPANORIGIN_CURSOR_H

#include <Python.h>
#include <frameobject.h>
#include <stdbool.h>

#ifdef Py_GIL_DISABLED
#error "A free-threaded interpreter changes stacks and code records under the walk's feet; it has the Python walker."
#endif

struct cursor {
    PyFrameObject *object; /* owned; NULL in a raw cursor */
#ifdef SPANORIGIN_RAW
    _PyInterpreterFrame *raw;
#endif
};

/* Puts the cursor on the innermost frame, through objects. False when this thread runs no Python. */
static bool
cursor_open_object(struct cursor *cursor)
{
    memset(cursor, 0, sizeof *cursor);
    cursor->object = PyThreadState_GetFrame(PyThreadState_Get());
    return cursor->object != NULL;
}

static void
cursor_close(struct cursor *cursor)
{
    Py_CLEAR(cursor->object);
}

static bool
cursor_step_object(struct cursor *cursor)
{
    PyFrameObject *back = PyFrame_GetBack(cursor->object);
    Py_SETREF(cursor->object, back);
    return back != NULL;
}

static PyCodeObject *
cursor_code_object(struct cursor *cursor)
{
    PyCodeObject *code = PyFrame_GetCode(cursor->object);
    Py_DECREF(code); /* the frame has one too */
    return code;
}

static int
cursor_offset_object(struct cursor *cursor)
{
#if PY_VERSION_HEX >= 0x030B0000
    return PyFrame_GetLasti(cursor->object);
#else
    return cursor->object->f_lasti * (int)sizeof(_Py_CODEUNIT);
#endif
}

#ifdef SPANORIGIN_RAW

/* The frame itself or the nearest one outwards that Python code would see: not one that is being set up, and not the
 * mark that the interpreter leaves where C called into it. */
static inline _PyInterpreterFrame *
complete(_PyInterpreterFrame *frame)
{
    while (frame != NULL && _PyFrame_IsIncomplete(frame)) {
        frame = frame->previous;
    }
    return frame;
}

static inline bool
cursor_open(struct cursor *cursor)
{
    PyThreadState *thread = PyThreadState_Get();
    cursor->object = NULL;
#if PY_VERSION_HEX >= 0x030D0000
    cursor->raw = complete(thread->current_frame);
#else
    cursor->raw = complete(thread->cframe->current_frame);
#endif
    return cursor->raw != NULL;
}

/* Moves to the next frame outwards. False at the end of the stack; the cursor is then on nothing. */
static inline bool
cursor_step(struct cursor *cursor)
{
    if (cursor->raw == NULL) {
        return cursor_step_object(cursor);
    }
    cursor->raw = complete(cursor->raw->previous);
    return cursor->raw != NULL;
}

static inline PyCodeObject *
code_of(_PyInterpreterFrame *frame)
{
#if PY_VERSION_HEX >= 0x030D0000
    return (PyCodeObject *)frame->f_executable;
#else
    return frame->f_code;
#endif
}

static inline PyCodeObject *
cursor_code(struct cursor *cursor)
{
    return cursor->raw == NULL ? cursor_code_object(cursor) : code_of(cursor->raw);
}

/* Offset of the running instruction in bytes, as f_lasti has it. */
static inline int
cursor_offset(struct cursor *cursor)
{
    if (cursor->raw == NULL) {
        return cursor_offset_object(cursor);
    }
    return _PyInterpreterFrame_LASTI(cursor->raw) * (int)sizeof(_Py_CODEUNIT);
}

#else

#define cursor_open cursor_open_object
#define cursor_step cursor_step_object
#define cursor_code cursor_code_object
#define cursor_offset cursor_offset_object

#endif

#endif
