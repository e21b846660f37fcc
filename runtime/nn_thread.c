/* A job is handed out part by part: one atomic word holds the number of the
 * job and the next part, and whoever advances it owns that part. While the
 * fields of the next job are written, the word holds a number of its own with
 * no part to take; so whoever advances the word has read the fields of that
 * very job. Threads wait for a job, and the caller for the last part, by
 * spinning briefly, then asleep. */
#include "nn_thread.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SPIN_NANOSECONDS = 40000, SPINS_A_LOOK = 64 };

struct nn_pool {
    int threads; /* started ones: the caller is one more */
    pthread_t *thread;
    _Atomic uint64_t state; /* number of the job << 32 | next part */
    _Atomic(nn_task *) task;
    _Atomic(void *) context;
    _Atomic int parts, done, sleeping, quit;
    pthread_mutex_t lock;
    pthread_cond_t wake, finished;
};

void nn_thread_flush_denormals(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040u);
#endif
}

int nn_thread_processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > NN_THREADS_MOST ? NN_THREADS_MOST : (int)n;
}

static int64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* Takes parts of job `number` until none is left. */
static void work(nn_pool *p, uint32_t number)
{
    for (;;) {
        nn_task *task = atomic_load(&p->task);
        void *context = atomic_load(&p->context);
        int parts = atomic_load(&p->parts);
        uint64_t state = atomic_load(&p->state);
        int part = (int)(uint32_t)state;
        if ((uint32_t)(state >> 32) != number || part >= parts)
            return;
        if (!atomic_compare_exchange_strong(&p->state, &state, state + 1))
            continue;
        task(context, part);
        if (atomic_fetch_add(&p->done, 1) + 1 == parts) {
            pthread_mutex_lock(&p->lock);
            pthread_cond_signal(&p->finished);
            pthread_mutex_unlock(&p->lock);
        }
    }
}

static uint32_t job(nn_pool *p)
{
    return (uint32_t)(atomic_load(&p->state) >> 32);
}

static bool job_is_new(nn_pool *p, uint32_t seen)
{
    return job(p) != seen || atomic_load(&p->quit);
}

static bool job_is_done(nn_pool *p)
{
    return atomic_load(&p->done) == atomic_load(&p->parts);
}

/* Waits until job_is_new. */
static void wait_for_job(nn_pool *p, uint32_t seen)
{
    int64_t end = nanoseconds() + SPIN_NANOSECONDS;
    while (nanoseconds() < end)
        for (int i = 0; i < SPINS_A_LOOK; i++) {
            if (job_is_new(p, seen))
                return;
            pause_briefly();
        }
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->sleeping, 1);
    while (!job_is_new(p, seen))
        pthread_cond_wait(&p->wake, &p->lock);
    atomic_fetch_sub(&p->sleeping, 1);
    pthread_mutex_unlock(&p->lock);
}

static void *thread_main(void *argument)
{
    nn_pool *p = argument;
    uint32_t seen = 0;
    nn_thread_flush_denormals();
    for (;;) {
        wait_for_job(p, seen);
        if (atomic_load(&p->quit))
            return NULL;
        seen = job(p);
        work(p, seen);
    }
}

static void wait_for_parts(nn_pool *p)
{
    int64_t end = nanoseconds() + SPIN_NANOSECONDS;
    while (nanoseconds() < end)
        for (int i = 0; i < SPINS_A_LOOK; i++) {
            if (job_is_done(p))
                return;
            pause_briefly();
        }
    pthread_mutex_lock(&p->lock);
    while (!job_is_done(p))
        pthread_cond_wait(&p->finished, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static void run_alone(int parts, nn_task *task, void *context)
{
    for (int part = 0; part < parts; part++)
        task(context, part);
}

/* Makes the next job known; returns its number. */
static uint32_t publish(nn_pool *p, int parts, nn_task *task, void *context)
{
    uint32_t number = job(p) + 1;
    atomic_store(&p->state, (uint64_t)number << 32 | INT_MAX);
    atomic_store(&p->task, task);
    atomic_store(&p->context, context);
    atomic_store(&p->done, 0);
    atomic_store(&p->parts, parts);
    number++;
    atomic_store(&p->state, (uint64_t)number << 32);
    return number;
}

void nn_pool_run(void *pool, int parts, nn_task *task, void *context)
{
    nn_pool *p = pool;
    if (p == NULL || p->threads == 0 || parts <= 1) {
        run_alone(parts, task, context);
        return;
    }
    uint32_t number = publish(p, parts, task, context);
    if (atomic_load(&p->sleeping) > 0) {
        pthread_mutex_lock(&p->lock);
        pthread_cond_broadcast(&p->wake);
        pthread_mutex_unlock(&p->lock);
    }
    work(p, number);
    wait_for_parts(p);
}

void nn_pool_close(nn_pool *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->quit, 1);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->threads; i++)
        pthread_join(p->thread[i], NULL);
    pthread_cond_destroy(&p->wake);
    pthread_cond_destroy(&p->finished);
    pthread_mutex_destroy(&p->lock);
    free(p->thread);
    free(p);
}

int nn_pool_threads(const nn_pool *p)
{
    return p != NULL ? p->threads + 1 : 1;
}

static bool start_threads(nn_pool *p, int count)
{
    for (; p->threads < count; p->threads++)
        if (pthread_create(&p->thread[p->threads], NULL, thread_main, p) != 0)
            return false;
    return true;
}

nn_pool *nn_pool_open(int threads, nn_error *e)
{
    int started = threads < 1 ? 0 : threads - 1;
    if (threads > NN_THREADS_MOST) {
        nn_fail(e, "%d threads are too many: at most %d", threads,
                NN_THREADS_MOST);
        return NULL;
    }
    nn_pool *p = calloc(1, sizeof *p);
    pthread_t *thread = calloc((size_t)started + 1, sizeof *thread);
    if (p == NULL || thread == NULL) {
        free(p);
        free(thread);
        nn_fail(e, "no memory for %d thread%s", threads, nn_s(threads));
        return NULL;
    }
    p->thread = thread;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    pthread_cond_init(&p->finished, NULL);
    nn_thread_flush_denormals();
    if (start_threads(p, started))
        return p;
    nn_fail(e, "cannot start %d threads; give fewer with --threads", threads);
    nn_pool_close(p);
    return NULL;
}
