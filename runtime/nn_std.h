/* Standard input, output and errors, from a program's first to its last
 * line. */
#ifndef NN_STD_H
#define NN_STD_H

/* Call first: a closed one of the three is opened as a place that can neither
 * be read nor written, so that no file of the program gets its number. */
void nn_std_open(void);

/* Call last: returns `status`, or 1 with a message where standard output did
 * not take all that was printed. A reader that went away is no failure. */
int nn_std_close(const char *program, int status);

#endif
