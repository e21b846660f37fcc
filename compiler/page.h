/* page.h: `nnc build --html`. */
#ifndef NNC_PAGE_H
#define NNC_PAGE_H

#include "programs.h"

/* Writes NAME.html, one file with the model, its weights (of --weights; without
 * them first ones) and what runs them in a browser. Where that fails all has
 * been printed, and the result is the exit status, else 0. */
int page_make(Driver *d, const Program *p);

#endif
