/* Where a trainer writes: the weights, the checkpoint, the log and its curve,
 * looked at before anything is written. */
#ifndef NN_PLACES_H
#define NN_PLACES_H

#include "nn_trainer.h"

/* How the csv file of tables begins. */
#define NN_TABLES_HEAD "metric,part,class,chosen,count"

typedef struct {
    char *weights, *checkpoint;
    char *log, *curve; /* NULL without --log */
    char *tables;      /* NULL where the model has no such metric, too */
} nn_places;

/* NAME.safetensors and NAME.ckpt.safetensors of --out; FILE.csv, FILE.svg and
 * FILE.tables.csv of --log. */
bool nn_places_open(nn_places *p, const nn_trainer *r, nn_error *e);
void nn_places_close(nn_places *p);

/* Refuses a place that holds something this run reads, under whatever name,
 * something that is no file of the kind to be written, or that cannot be
 * written to; and two places that are one. Removes what killed runs left. */
bool nn_places_check(const nn_places *p, const nn_trainer *r, nn_error *e);

#endif
