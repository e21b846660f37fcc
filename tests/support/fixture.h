/* fixture.h: what tests set up before each of them, and drop behind it. */
#ifndef NNC_TESTS_SUPPORT_FIXTURE_H
#define NNC_TESTS_SUPPORT_FIXTURE_H

#include "base/arena.h"

/* The memory of the test that runs. */
extern Arena *arena;

/* For cmocka_unit_test_setup_teardown. */
int make_arena(void **state);
int drop_arena(void **state);

#endif
